// Hugging Face's CLIP folders (model_type "clip"): configuration and tensors under the names of
// transformers.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <set>

#include "lacuna/error.hpp"
#include "model/weights/model_source.hpp"
#include "support/config_section.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Older files repeat some keys of text_config in text_config_dict, which then count.
json with_overrides(json file) {
  if (!file.is_object()) return file;
  for (const std::string tower : {"vision_config", "text_config"}) {
    const auto changes = file.find(tower + "_dict");
    if (changes == file.end() || !changes->is_object()) continue;
    auto& section = file[tower];
    if (section.is_null()) section = json::object();
    if (section.is_object()) section.update(*changes);
  }
  return file;
}

void read_tower(const JsonView& section, std::int64_t usual_width, std::int64_t usual_heads,
                auto& tower) {
  require(section, "layer_norm_eps", 1e-5);
  tower.width = size_or(section, "hidden_size", usual_width);
  tower.layers = size_or(section, "num_hidden_layers", 12);
  tower.heads = size_or(section, "num_attention_heads", usual_heads);
  tower.mlp = size_or(section, "intermediate_size", 4 * usual_width);
  tower.activation = value_or<std::string>(section, "hidden_act", "quick_gelu");
  if (tower.activation != "quick_gelu" && tower.activation != "gelu")
    require(section, "hidden_act", "gelu");
}

ClipConfig config_of_huggingface(const JsonView& file) {
  require(file, "model_type", "clip");
  ClipConfig config;
  config.embedding = size_or(file, "projection_dim", 512);
  const auto vision = file.section("vision_config"), text = file.section("text_config");
  read_tower(vision, 768, 12, config.vision);
  read_tower(text, 512, 8, config.text);
  require(vision, "num_channels", 3);
  config.vision.image_size = side_or(vision, "image_size", 224);
  config.vision.patch_size = side_or(vision, "patch_size", 32);
  config.text.context_length = size_or(text, "max_position_embeddings", 77);
  config.text.vocabulary_size = size_or(text, "vocab_size", 49408);
  // 2 stood in the first files by mistake, and transformers takes the highest id there as well.
  const auto end = size_or(text, "eos_token_id", config.text.vocabulary_size - 1);
  if (end != 2) require(text, "eos_token_id", config.text.vocabulary_size - 1);
  return checked(config, file.where());
}

void read_preprocessor(const JsonView& file, VisionConfig& vision) {
  vision.mean = three_or(file, "image_mean", vision.mean);
  vision.std = three_or(file, "image_std", vision.std);
  require(file, "resample", 3);
  for (const char* key : {"size", "crop_size"}) {
    const auto size = file.find(key);
    if (!size) continue;
    if (!size->raw().is_object()) {
      require_image_size(file, key, vision.image_size);
      continue;
    }
    for (const char* inner : {"shortest_edge", "height", "width"})
      require_image_size(*size, inner, vision.image_size);
  }
}

// Takes the file's tensors one by one under OpenAI's names; what is left over is refused.
class Renaming {
 public:
  Renaming(NamedTensors from, NamedTensors& to) : from_(std::move(from)), to_(to) {}

  at::Tensor take(const std::string& name) {
    const auto found = from_.extract(name);
    if (found.empty()) throw ConfigError(name + ": missing from the weights");
    return found.mapped();
  }
  void move(const std::string& name, const std::string& ours) { to_[ours] = take(name); }
  void move_both(const std::string& name, const std::string& ours) {
    for (const char* part : {".weight", ".bias"}) move(name + part, ours + part);
  }

  // A projection without bias: stored for x Wᵀ, ours is for x W.
  void move_projection(const std::string& name, const std::string& ours) {
    const auto tensor = take(name);
    if (tensor.dim() != 2) throw ConfigError(name + ": is not a matrix");
    to_[ours] = tensor.t();
  }

  void move_tower(const std::string& name, const std::string& ours, std::int64_t layers) {
    for (std::int64_t i = 0; i < layers; ++i) {
      const auto from = fmt::format("{}.encoder.layers.{}", name, i);
      const auto to = fmt::format("{}.resblocks.{}", ours, i);
      move_both(from + ".layer_norm1", to + ".ln_1");
      move_both(from + ".layer_norm2", to + ".ln_2");
      move_both(from + ".mlp.fc1", to + ".mlp.c_fc");
      move_both(from + ".mlp.fc2", to + ".mlp.c_proj");
      move_both(from + ".self_attn.out_proj", to + ".attn.out_proj");
      for (const char* part : {"weight", "bias"}) {
        std::vector<at::Tensor> qkv;
        for (const char* which : {"q", "k", "v"}) {
          const auto full = fmt::format("{}.self_attn.{}_proj.{}", from, which, part);
          qkv.push_back(take(full));
          if (qkv.back().sizes() != qkv.front().sizes() || qkv.back().dim() == 0 ||
              qkv.back().scalar_type() != qkv.front().scalar_type())
            throw ConfigError(full + ": differs from q_proj in shape or type");
        }
        to_[fmt::format("{}.attn.in_proj_{}", to, part)] = at::cat(qkv);
      }
    }
  }

  void finish() const {
    for (const auto& [name, _] : from_)
      if (!name.ends_with(".position_ids"))
        throw ConfigError(name + ": not a weight of a CLIP model");
  }

 private:
  NamedTensors from_;
  NamedTensors& to_;
};

NamedTensors renamed(NamedTensors tensors, const ClipConfig& config) {
  NamedTensors out;
  Renaming names(std::move(tensors), out);
  const std::string text = "text_model", vision = "vision_model";
  names.move(vision + ".embeddings.class_embedding", "visual.class_embedding");
  names.move(vision + ".embeddings.patch_embedding.weight", "visual.conv1.weight");
  names.move(vision + ".embeddings.position_embedding.weight", "visual.positional_embedding");
  names.move_both(vision + ".pre_layrnorm", "visual.ln_pre");  // spelt so in every file
  names.move_tower(vision, "visual.transformer", config.vision.layers);
  names.move_both(vision + ".post_layernorm", "visual.ln_post");
  names.move_projection("visual_projection.weight", "visual.proj");
  names.move(text + ".embeddings.token_embedding.weight", "token_embedding.weight");
  names.move(text + ".embeddings.position_embedding.weight", "positional_embedding");
  names.move_tower(text, "transformer", config.text.layers);
  names.move_both(text + ".final_layer_norm", "ln_final");
  names.move_projection("text_projection.weight", "text_projection");
  names.move("logit_scale", "logit_scale");
  names.finish();
  return out;
}

template <class F>
auto within(const fs::path& path, F&& body) {
  try {
    return body();
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

}  // namespace

ModelSource open_huggingface(const fs::path& folder) {
  ModelSource source{.format = "huggingface", .weights = folder / "model.safetensors"};
  if (!fs::exists(source.weights) && fs::exists(folder / "pytorch_model.bin"))
    source.weights = folder / "pytorch_model.bin";
  const auto config = folder / "config.json";
  const auto json = with_overrides(read_config_file(config));
  source.config = config_of_huggingface(JsonView(json, config.string()));
  if (const auto path = folder / "preprocessor_config.json"; fs::exists(path)) {
    const auto preprocessor = read_config_file(path);
    read_preprocessor(JsonView(preprocessor, path.string()), source.config.vision);
  }
  auto tensors = map_tensors(source.weights);
  source.tensors =
      within(source.weights, [&] { return renamed(std::move(tensors), source.config); });
  if (fs::exists(folder / "merges.txt")) source.vocabulary = folder / "merges.txt";
  return source;
}

}  // namespace lacuna
