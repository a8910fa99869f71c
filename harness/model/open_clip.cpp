// open_clip's folders: its options that leave a plain CLIP are read, all others refused by name.
#include <fmt/format.h>

#include <vector>

#include "lacuna/error.hpp"
#include "model/config_section.hpp"
#include "model/model_source.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "open_clip_config.json";

std::int64_t mlp_of(const ConfigSection& section, std::int64_t width) {
  return static_cast<std::int64_t>(static_cast<double>(width) * section.real("mlp_ratio", 4));
}

std::int64_t quotient(const std::string& what, std::int64_t width, std::int64_t head_width) {
  if (head_width == 0 || width % head_width != 0)
    throw ConfigError(fmt::format("{}: {} does not divide {}", what, head_width, width));
  return width / head_width;
}

VisionConfig vision_from(const ConfigSection& section, const std::string& activation) {
  section.require("pool_type", "tok");
  section.require("pos_embed_type", "learnable");
  section.require("block_type", "default");
  section.refuse_others({"image_size", "layers", "width", "patch_size", "head_width", "mlp_ratio",
                         "patch_dropout", "pool_type", "pos_embed_type", "block_type", "n_queries",
                         "attn_pooler_heads", "attn_pooler_queries", "timm_pool", "timm_proj",
                         "timm_drop", "timm_drop_path"});
  VisionConfig vision;
  vision.image_size = section.side("image_size", 224);
  const auto head_width = section.integer("head_width", 64);
  if (section.has("layers") && section["layers"].is_array()) {
    vision.type = "resnet";
    vision.width = section.integer("width", 64);
    vision.heads = quotient("model_cfg.vision_cfg.head_width", vision.width * 32, head_width);
    vision.blocks = clip_config_from({{"vision",
                                       {{"type", "resnet"}, {"blocks", section["layers"]}}}})
                        .vision.blocks;
    return vision;
  }
  vision.layers = section.integer("layers", 12);
  vision.width = section.integer("width", 768);
  vision.patch_size = section.side("patch_size", 16);
  vision.heads = quotient("model_cfg.vision_cfg.head_width", vision.width, head_width);
  vision.mlp = mlp_of(section, vision.width);
  vision.activation = activation;
  return vision;
}

TextConfig text_from(const ConfigSection& section, const std::string& activation) {
  section.require("pool_type", "argmax");
  section.require("proj_type", "linear");
  section.refuse_others({"context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio",
                         "pool_type", "proj_type", "pad_id", "eos_id", "hf_proj_type",
                         "hf_pooler_type", "hf_model_pretrained"});
  TextConfig text;
  text.context_length = section.integer("context_length", 77);
  text.vocabulary_size = section.integer("vocab_size", 49408);
  text.width = section.integer("width", 512);
  text.heads = section.integer("heads", 8);
  text.layers = section.integer("layers", 12);
  text.mlp = mlp_of(section, text.width);
  text.activation = activation;
  return text;
}

ClipConfig config_from(const nlohmann::json& json) {
  const ConfigSection file("", json), model = file.section("model_cfg");
  if (!file.has("model_cfg")) throw ConfigError("model_cfg: missing");
  model.refuse_others({"embed_dim", "vision_cfg", "text_cfg", "quick_gelu", "custom_text",
                       "init_logit_scale"});
  const std::string activation = model.flag("quick_gelu", false) ? "quick_gelu" : "gelu";
  ClipConfig config;
  config.embedding = model.integer("embed_dim", 512);
  config.vision = vision_from(model.section("vision_cfg"), activation);
  config.text = text_from(model.section("text_cfg"), activation);
  const auto pictures = file.section("preprocess_cfg");
  pictures.require("mode", "RGB");
  pictures.require("interpolation", "bicubic");
  pictures.require("resize_mode", "shortest");
  config.vision.mean = pictures.three("mean", config.vision.mean);
  config.vision.std = pictures.three("std", config.vision.std);
  if (const auto size = pictures.side("size", config.vision.image_size);
      size != config.vision.image_size)
    throw ConfigError(fmt::format("preprocess_cfg.size: {} is not the tower's image_size {}", size,
                                  config.vision.image_size));
  return clip_config_from(to_json(config));
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
    throw ConfigError(fmt::format("{}: holds several open_clip_*.safetensors (keep one)",
                                  folder.string()));
  if (!found.empty()) return found.front();
  const auto pickled = folder / "open_clip_pytorch_model.bin";
  return fs::exists(pickled) ? pickled : usual;
}

}  // namespace

ModelSource open_open_clip(const fs::path& folder) {
  ModelSource source{.format = "open_clip", .weights = weights_of(folder)};
  const auto path = folder / kConfig;
  const auto json = read_config_file(path);
  try {
    source.config = config_from(json);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
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
