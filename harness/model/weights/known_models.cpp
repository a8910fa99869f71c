#include "model/weights/known_models.hpp"

#include <algorithm>
#include <utility>

namespace lacuna {
namespace {

// OpenAI's heads are 64 wide throughout.
ClipConfig transformer_model(std::int64_t image_size, std::int64_t patch, std::int64_t width,
                             std::int64_t layers, std::int64_t embedding) {
  ClipConfig config;
  config.embedding = embedding;
  config.vision.image_size = image_size;
  config.vision.patch_size = patch;
  config.vision.width = width;
  config.vision.layers = layers;
  config.vision.heads = width / 64;
  config.text.width = embedding;
  config.text.heads = embedding / 64;
  return config;
}

ClipConfig resnet_model(std::int64_t image_size, std::int64_t width,
                        std::vector<std::int64_t> blocks, std::int64_t text_width,
                        std::int64_t embedding) {
  ClipConfig config;
  config.embedding = embedding;
  config.vision.type = "resnet";
  config.vision.image_size = image_size;
  config.vision.width = width;
  config.vision.heads = width / 2;
  config.vision.blocks = std::move(blocks);
  config.text.width = text_width;
  config.text.heads = text_width / 64;
  return config;
}

ClipConfig tiny_model() {
  auto config = transformer_model(32, 8, 32, 2, 16);
  config.vision.heads = 1;
  config.text.layers = 2;
  config.text.heads = 1;
  return config;
}

using Named = std::pair<std::string, ClipConfig>;

const std::vector<Named>& models() {
  static const std::vector<Named> all{
      {"ViT-B-32", transformer_model(224, 32, 768, 12, 512)},
      {"ViT-B-16", transformer_model(224, 16, 768, 12, 512)},
      {"ViT-L-14", transformer_model(224, 14, 1024, 24, 768)},
      {"ViT-L-14-336", transformer_model(336, 14, 1024, 24, 768)},
      {"RN50", resnet_model(224, 64, {3, 4, 6, 3}, 512, 1024)},
      {"RN101", resnet_model(224, 64, {3, 4, 23, 3}, 512, 512)},
      {"RN50x4", resnet_model(288, 80, {4, 6, 10, 6}, 640, 640)},
      {"RN50x16", resnet_model(384, 96, {6, 8, 18, 8}, 768, 768)},
      {"RN50x64", resnet_model(448, 128, {3, 15, 36, 10}, 1024, 1024)},
      {"tiny", tiny_model()}};
  return all;
}

}  // namespace

std::optional<ClipConfig> known_model(const std::string& name) {
  auto plain = name;
  std::replace(plain.begin(), plain.end(), '/', '-');
  std::replace(plain.begin(), plain.end(), '@', '-');
  if (plain.ends_with("px")) plain.resize(plain.size() - 2);
  for (const auto& [known, config] : models())
    if (known == plain) return config;
  return {};
}

std::vector<std::string> known_model_names() {
  std::vector<std::string> names;
  for (const auto& [name, _] : models()) names.push_back(name);
  return names;
}

std::string name_of(const ClipConfig& config) {
  auto plain = config;
  plain.vision.mean = VisionConfig{}.mean;
  plain.vision.std = VisionConfig{}.std;
  plain.vision.activation = plain.text.activation = "quick_gelu";
  for (const auto& [name, known] : models())
    if (to_json(known) == to_json(plain)) return name;
  return "";
}

}  // namespace lacuna
