// A CLIP of a few thousand weights, for pictures of 8 x 8 and a vocabulary of bytes.
#pragma once

#include "model/clip/clip.hpp"

namespace lacuna::testing {

inline ClipConfig tiny_config() {
  ClipConfig config;
  config.embedding = 12;
  config.vision.image_size = 8;
  config.vision.patch_size = 4;
  config.vision.width = 16;
  config.vision.layers = 1;
  config.vision.heads = 2;
  config.text = {
      .context_length = 24, .vocabulary_size = 514, .width = 16, .layers = 1, .heads = 2};
  return config;
}

// A residual network as OpenAI's, for pictures of 64 x 64.
inline ClipConfig tiny_resnet(std::int64_t vocabulary_size) {
  const nlohmann::json config{
      {"embedding", 16},
      {"vision",
       {{"type", "resnet"},
        {"image_size", 64},
        {"width", 4},
        {"heads", 2},
        {"blocks", {2, 1, 1, 1}}}},
      {"text", {{"vocabulary_size", vocabulary_size}, {"width", 16}, {"layers", 1}, {"heads", 1}}}};
  return clip_config_from(JsonView(config, "tiny resnet"));
}

}  // namespace lacuna::testing
