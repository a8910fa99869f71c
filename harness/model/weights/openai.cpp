// OpenAI's archives: ViT-B/32 to ViT-L/14@336px, RN50 to RN50x64, and state dicts with the same
// names.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>
#include <set>

#include "lacuna/error.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/torch_archive.hpp"

namespace lacuna {
namespace {

const at::Tensor& need(const NamedTensors& tensors, const std::string& name, std::int64_t dims) {
  const auto found = tensors.find(name);
  if (found == tensors.end())
    throw ConfigError(name + ": missing from the weights (is this a CLIP model?)");
  if (found->second.dim() != dims)
    throw ConfigError(
        fmt::format("{}: has {} dimensions, not {}", name, found->second.dim(), dims));
  for (const auto size : found->second.sizes())
    if (size == 0) throw ConfigError(name + ": is empty");
  return found->second;
}

// How many different numbers follow `prefix` in the names.
std::int64_t count_numbers(const NamedTensors& tensors, const std::string& prefix) {
  std::set<std::string> numbers;
  for (auto it = tensors.lower_bound(prefix); it != tensors.end() && it->first.starts_with(prefix);
       ++it)
    numbers.insert(
        it->first.substr(prefix.size(), it->first.find('.', prefix.size()) - prefix.size()));
  return static_cast<std::int64_t>(numbers.size());
}

// The side of the square grid that a positional embedding with a class token covers.
std::int64_t grid_side(const NamedTensors& tensors, const std::string& name) {
  const auto places = need(tensors, name, 2).size(0) - 1;
  const auto side = std::llround(std::sqrt(static_cast<double>(places)));
  if (places < 1 || side * side != places)
    throw ConfigError(
        fmt::format("{}: {} rows are no square grid and a class token", name, places + 1));
  return side;
}

// OpenAI's heads are 64 wide; a narrower tower has one.
std::int64_t heads_of(std::int64_t width) { return std::max<std::int64_t>(1, width / 64); }

VisionConfig vision_of(const NamedTensors& tensors) {
  VisionConfig vision;
  if (tensors.contains("visual.proj")) {
    const auto& patches = need(tensors, "visual.conv1.weight", 4);
    vision.width = patches.size(0);
    vision.patch_size = patches.size(3);
    vision.layers = count_numbers(tensors, "visual.transformer.resblocks.");
    vision.heads = heads_of(vision.width);
    vision.image_size = vision.patch_size * grid_side(tensors, "visual.positional_embedding");
  } else if (tensors.contains("visual.layer1.0.conv1.weight")) {
    vision.type = "resnet";
    vision.width = need(tensors, "visual.layer1.0.conv1.weight", 4).size(0);
    vision.heads = heads_of(vision.width * 32);
    for (int stage = 1; stage <= 4; ++stage)
      vision.blocks.push_back(count_numbers(tensors, fmt::format("visual.layer{}.", stage)));
    vision.image_size = 32 * grid_side(tensors, "visual.attnpool.positional_embedding");
  } else {
    throw ConfigError(
        "has neither visual.proj nor visual.layer1.0.conv1.weight (no CLIP model with OpenAI's "
        "names)");
  }
  return vision;
}

// A model wrapped for several GPUs was saved with this in front of every name.
void strip_wrapper(NamedTensors& tensors) {
  const std::string wrapper = "module.";
  for (const auto& [name, _] : tensors)
    if (!name.starts_with(wrapper)) return;
  NamedTensors plain;
  for (auto& [name, tensor] : tensors) plain[name.substr(wrapper.size())] = tensor;
  tensors = std::move(plain);
}

}  // namespace

ClipConfig openai_config(const NamedTensors& tensors) {
  ClipConfig config;
  config.vision = vision_of(tensors);
  config.embedding = need(tensors, "text_projection", 2).size(1);
  auto& text = config.text;
  text.context_length = need(tensors, "positional_embedding", 2).size(0);
  text.vocabulary_size = need(tensors, "token_embedding.weight", 2).size(0);
  text.width = need(tensors, "ln_final.weight", 1).size(0);
  text.heads = heads_of(text.width);
  text.layers = count_numbers(tensors, "transformer.resblocks.");
  return config;
}

ModelSource open_openai(const std::filesystem::path& file) {
  ModelSource source{.format = "openai", .weights = file, .tensors = map_torch_archive(file)};
  strip_wrapper(source.tensors);
  try {
    source.config = openai_config(source.tensors);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", file.string(), error.what()));
  }
  source.config = checked(source.config, file.string());
  return source;
}

}  // namespace lacuna
