// A CLIP of a few thousand weights, for pictures of 8 x 8 and a vocabulary of bytes.
#pragma once

#include "model/clip.hpp"

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

}  // namespace lacuna::testing
