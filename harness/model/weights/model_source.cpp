#include "model/weights/model_source.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "model/clip/resnet_tower.hpp"
#include "model/weights/safetensors.hpp"
#include "model/weights/torch_archive.hpp"
#include "support/config_section.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

// What OpenAI's and open_clip's files hold besides weights.
bool no_weight(const std::string& name) {
  for (const char* constant : {"input_resolution", "context_length", "vocab_size", "attn_mask"})
    if (name == constant) return true;
  return name.ends_with(".attn_mask") || name.ends_with(".num_batches_tracked");
}

}  // namespace

NamedTensors map_tensors(const fs::path& file) {
  std::string start;
  try {
    start = RegularFile(file, "a file of weights").beginning(2);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", file.string(), error.what()));
  }
  const bool zip = start == "PK";
  const bool pickle = start.size() == 2 && start[0] == '\x80' && start[1] > 0 && start[1] < 6;
  return zip || pickle || file.extension() == ".bin" || file.extension() == ".pt"
             ? map_torch_archive(file)
             : map_safetensors(file).tensors;
}

ModelSource open_lacuna(const fs::path& folder) {
  ModelSource source{.format = "lacuna",
                     .weights = folder / "model.safetensors",
                     .vocabulary = folder / "merges.txt"};
  const auto path = folder / kConfigFile;
  const auto json = read_config_file(path);
  source.config = clip_config_from(JsonView(json, path.string()));
  source.tensors = map_safetensors(source.weights).tensors;
  return source;
}

ModelSource open_model(const fs::path& path) {
  if (!fs::exists(path))
    throw ConfigError(fmt::format(
        "{}: no such model (a folder with config.json, merges.txt and model.safetensors, one of "
        "Hugging Face's or open_clip's, or a .pt file of OpenAI's)",
        path.string()));
  if (!fs::is_directory(path)) {
    if (path.extension() == ".safetensors")
      throw ConfigError(fmt::format(
          "{}: holds the weights alone (name its folder, with the configuration beside it)",
          path.string()));
    return open_openai(path);
  }
  const auto config = path / kConfigFile;
  const bool open_clip = fs::exists(path / "open_clip_config.json");
  if (!fs::exists(config) && open_clip) return open_open_clip(path);
  const auto json = fs::exists(config) ? read_config_file(config) : nlohmann::json();
  if (json.is_object() && (json.contains("embedding") || json.contains("vision")))
    return open_lacuna(path);
  // The hub's folders often hold both; a configuration of timm's says nothing about CLIP.
  const bool plain =
      json.is_object() && json.value("model_type", nlohmann::json()) == "clip" &&
      (fs::exists(path / "model.safetensors") || fs::exists(path / "pytorch_model.bin"));
  if (open_clip && !plain) return open_open_clip(path);
  if (json.is_object() && json.contains("model_type")) return open_huggingface(path);
  return open_lacuna(path);
}

NamedTensors owned_weights(const ModelSource& source) {
  const bool foreign = source.format != "lacuna";
  NamedTensors weights;
  for (const auto& [name, tensor] : source.tensors) {
    if (foreign && no_weight(name)) continue;
    if (!tensor.is_floating_point())
      throw ConfigError(fmt::format("{}: {} is no type for weights (F32, F16, BF16 or F64)", name,
                                    c10::toString(tensor.scalar_type())));
    weights[name] = at::empty(tensor.sizes(), at::kFloat).copy_(tensor);
  }
  if (foreign && source.config.vision.type == "resnet")
    fold_batch_norms(weights, source.config.vision);
  Clip(source.config, weights);  // its constructor checks names and shapes
  return weights;
}

}  // namespace lacuna
