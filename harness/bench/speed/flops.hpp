// How many floating-point operations a forward pass takes, counted from the configuration: two for
// each multiply-add of matrix products and convolutions, attention included. What is left out
// (normalisations, activations, softmax) is no matrix product.
#pragma once

#include <cstdint>
#include <optional>

#include "model/clip/clip.hpp"

namespace lacuna::speed {

// Blocks over `length` positions; causal attention is counted in full. `mlp` 0: four times `width`.
inline std::int64_t transformer_flops(std::int64_t length, std::int64_t width, std::int64_t mlp,
                                      std::int64_t layers) {
  const auto hidden = mlp != 0 ? mlp : 4 * width;
  const auto projections = 4 * width * width;  // queries, keys and values, output
  const auto attention = 2 * length * width;   // scores, mixture
  return 2 * layers * length * (projections + attention + 2 * width * hidden);
}

// One picture through the image tower; nothing for a tower that is no vision transformer.
inline std::optional<std::int64_t> picture_flops(const ClipConfig& config) {
  const auto& vision = config.vision;
  if (vision.type != "vit") return std::nullopt;
  const auto side = vision.image_size / vision.patch_size, patches = side * side;
  const auto convolution = 2 * patches * 3 * vision.patch_size * vision.patch_size * vision.width;
  return convolution + transformer_flops(patches + 1, vision.width, vision.mlp, vision.layers) +
         2 * vision.width * config.embedding;
}

// One prompt of `length` tokens, padding included, through the text tower.
inline std::int64_t prompt_flops(const ClipConfig& config, std::int64_t length) {
  const auto& text = config.text;
  return transformer_flops(length, text.width, text.mlp, text.layers) +
         2 * text.width * config.embedding;
}

}  // namespace lacuna::speed
