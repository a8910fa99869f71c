// open_clip's folders: its options that leave a plain CLIP are read, all others refused by name.
#include <fmt/format.h>

#include <vector>

#include "lacuna/error.hpp"
#include "model/weights/model_source.hpp"
#include "support/config_section.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOpenClipConfig = "open_clip_config.json";

std::int64_t mlp_of(const JsonView& section, std::int64_t width) {
  return static_cast<std::int64_t>(static_cast<double>(width) *
                                   value_or(section, "mlp_ratio", 4.0));
}

std::int64_t heads_of(const JsonView& section, std::int64_t width) {
  const auto head_width = size_or(section, "head_width", 64);
  if (head_width == 0 || width % head_width != 0)
    refuse(section, "head_width", fmt::format("{} does not divide {}", head_width, width));
  return width / head_width;
}

VisionConfig vision_from(const JsonView& section, const std::string& activation) {
  require(section, "pool_type", "tok");
  require(section, "pos_embed_type", "learnable");
  require(section, "block_type", "default");
  refuse_others(section, {"image_size", "layers", "width", "patch_size", "head_width", "mlp_ratio",
                          "patch_dropout", "pool_type", "pos_embed_type", "block_type", "n_queries",
                          "attn_pooler_heads", "attn_pooler_queries", "timm_pool", "timm_proj",
                          "timm_drop", "timm_drop_path"});
  VisionConfig vision;
  vision.image_size = side_or(section, "image_size", 224);
  if (const auto layers = section.find("layers"); layers && layers->raw().is_array()) {
    vision.type = "resnet";
    vision.width = size_or(section, "width", 64);
    vision.heads = heads_of(section, vision.width * 32);
    vision.blocks = read_four(*layers, "block counts", kMostLayers);
    return vision;
  }
  vision.layers = size_or(section, "layers", 12);
  vision.width = size_or(section, "width", 768);
  vision.patch_size = side_or(section, "patch_size", 16);
  vision.heads = heads_of(section, vision.width);
  vision.mlp = mlp_of(section, vision.width);
  vision.activation = activation;
  return vision;
}

TextConfig text_from(const JsonView& section, const std::string& activation) {
  require(section, "pool_type", "argmax");
  require(section, "proj_type", "linear");
  refuse_others(section, {"context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio",
                          "pool_type", "proj_type", "pad_id", "eos_id", "hf_proj_type",
                          "hf_pooler_type", "hf_model_pretrained"});
  TextConfig text;
  text.context_length = size_or(section, "context_length", 77);
  text.vocabulary_size = size_or(section, "vocab_size", 49408);
  text.width = size_or(section, "width", 512);
  text.heads = size_or(section, "heads", 8);
  text.layers = size_or(section, "layers", 12);
  text.mlp = mlp_of(section, text.width);
  text.activation = activation;
  return text;
}

ClipConfig config_of_open_clip(const JsonView& file) {
  const auto model = file.at("model_cfg");
  refuse_others(model, {"embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "custom_text",
                        "init_logit_scale"});
  const std::string activation = value_or(model, "quick_gelu", false) ? "quick_gelu" : "gelu";
  ClipConfig config;
  config.embedding = size_or(model, "embed_dim", 512);
  config.vision = vision_from(model.section("vision_cfg"), activation);
  config.text = text_from(model.section("text_cfg"), activation);
  const auto pictures = file.section("preprocess_cfg");
  require(pictures, "mode", "RGB");
  require(pictures, "interpolation", "bicubic");
  require(pictures, "resize_mode", "shortest");
  config.vision.mean = three_or(pictures, "mean", config.vision.mean);
  config.vision.std = three_or(pictures, "std", config.vision.std);
  require_image_size(pictures, "size", config.vision.image_size);
  return checked(config, file.where());
}

fs::path weights_of(const fs::path& folder) {
  const auto usual = folder / "open_clip_model.safetensors";
  if (fs::exists(usual)) return usual;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with("open_clip_") && name.ends_with(".safetensors"))
      found.push_back(entry.path());
  }
  if (found.size() > 1)
    throw ConfigError(
        fmt::format("{}: holds several open_clip_*.safetensors (keep one)", folder.string()));
  if (!found.empty()) return found.front();
  const auto pickled = folder / "open_clip_pytorch_model.bin";
  return fs::exists(pickled) ? pickled : usual;
}

}  // namespace

ModelSource open_open_clip(const fs::path& folder) {
  ModelSource source{.format = "open_clip", .weights = weights_of(folder)};
  const auto path = folder / kOpenClipConfig;
  const auto json = read_config_file(path);
  source.config = config_of_open_clip(JsonView(json, path.string()));
  // A text tower of its own class stands under "text.".
  for (const auto& [name, tensor] : map_tensors(source.weights)) {
    const auto plain = name.starts_with("text.") ? name.substr(5) : name;
    if (!source.tensors.emplace(plain, tensor).second)
      throw ConfigError(fmt::format("{}: {}: occurs twice, with and without text.",
                                    source.weights.string(), plain));
  }
  if (fs::exists(folder / "merges.txt")) source.vocabulary = folder / "merges.txt";
  return source;
}

}  // namespace lacuna
