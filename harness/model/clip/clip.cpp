#include "model/clip/clip.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "lacuna/error.hpp"
#include "model/clip/conv_tower.hpp"
#include "model/clip/resnet_tower.hpp"
#include "model/clip/transformer.hpp"

namespace lacuna {

namespace {

// The first `layers` blocks: [N, 1 + patches, width].
at::Tensor vision_tokens(const NamedTensors& weights, const VisionConfig& vision,
                         const at::Tensor& pixels, std::int64_t layers) {
  const auto& patches = weight(weights, "visual.conv1.weight");
  auto x = at::conv2d(pixels, patches, {}, {vision.patch_size, vision.patch_size})
               .flatten(2)
               .transpose(1, 2);
  const auto class_token =
      weight(weights, "visual.class_embedding").to(x.dtype()).expand({x.size(0), 1, x.size(2)});
  x = at::cat({class_token, x}, 1) + weight(weights, "visual.positional_embedding");
  x = layer_norm(weights, "visual.ln_pre", x);
  return transformer(weights, "visual.transformer", x, layers, vision.heads, /*causal=*/false,
                     vision.activation);
}

at::Tensor vision_transformer(const NamedTensors& weights, const VisionConfig& vision,
                              const at::Tensor& pixels) {
  const auto x = vision_tokens(weights, vision, pixels, vision.layers);
  return layer_norm(weights, "visual.ln_post", x.select(1, 0));
}

// The rows of `table` for `tokens` [M, L]: [M, L, W]. On CUDA not by at::embedding: from 1,025 to
// 3,072 tokens its gradient reads memory that another warp already overwrites (LibTorch 2.11;
// pytorch pull request 187687), so now and then the same input gives other bits.
at::Tensor embedded(const at::Tensor& table, const at::Tensor& tokens) {
  if (tokens.is_cpu()) return at::embedding(table, tokens);
  return table.index_select(0, tokens.flatten()).unflatten(0, tokens.sizes());
}

std::string shape_text(at::IntArrayRef sizes) {
  std::string text = "[";
  for (const auto size : sizes) text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

}  // namespace

Clip::Clip(ClipConfig config, NamedTensors weights)
    : config_(std::move(config)), weights_(std::move(weights)) {
  const auto expected = shapes(config_);
  for (const auto& [name, shape] : expected) {
    const auto it = weights_.find(name);
    if (it == weights_.end()) throw ConfigError(name + ": missing from the weights");
    if (it->second.sizes() != at::IntArrayRef(shape))
      throw ConfigError(name + ": has shape " + shape_text(it->second.sizes()) +
                        " (the configuration says " + shape_text(shape) + ")");
  }
  for (const auto& [name, _] : weights_)
    if (!expected.contains(name)) throw ConfigError(name + ": not a weight of this configuration");
}

Shapes Clip::shapes(const ClipConfig& config) {
  const auto& vision = config.vision;
  const auto& text = config.text;
  Shapes shapes;
  if (vision.type == "vit") {
    const auto side = vision.image_size / vision.patch_size;
    shapes["visual.class_embedding"] = {vision.width};
    shapes["visual.positional_embedding"] = {side * side + 1, vision.width};
    shapes["visual.conv1.weight"] = {vision.width, 3, vision.patch_size, vision.patch_size};
    add_layer_norm_shapes(shapes, "visual.ln_pre", vision.width);
    add_layer_norm_shapes(shapes, "visual.ln_post", vision.width);
    add_transformer_shapes(shapes, "visual.transformer", vision.width, vision.layers, vision.mlp);
    shapes["visual.proj"] = {vision.width, config.embedding};
  } else if (vision.type == "resnet") {
    add_resnet_shapes(shapes, vision, config.embedding);
  } else {
    add_conv_tower_shapes(shapes, vision);
    shapes["visual.proj"] = {vision.widths.back(), config.embedding};
  }
  shapes["token_embedding.weight"] = {text.vocabulary_size, text.width};
  shapes["positional_embedding"] = {text.context_length, text.width};
  add_transformer_shapes(shapes, "transformer", text.width, text.layers, text.mlp);
  add_layer_norm_shapes(shapes, "ln_final", text.width);
  shapes["text_projection"] = {text.width, config.embedding};
  shapes["logit_scale"] = {};
  return shapes;
}

NamedTensors Clip::initial_weights(const ClipConfig& config, at::Generator generator) {
  NamedTensors weights;
  for (const auto& [name, shape] : shapes(config)) {
    const bool is_norm_weight = name.find("ln_") != std::string::npos && name.ends_with(".weight");
    weights[name] = is_norm_weight ? at::ones(shape) : at::zeros(shape);
  }
  const auto& vision = config.vision;
  if (vision.type == "vit") {
    const double scale = std::pow(vision.width, -0.5);
    weights["visual.class_embedding"].normal_(0, scale, generator);
    weights["visual.positional_embedding"].normal_(0, scale, generator);
    const double fan_in = 3.0 * vision.patch_size * vision.patch_size;
    weights["visual.conv1.weight"].uniform_(-1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in),
                                            generator);
    initialise_transformer(weights, "visual.transformer", vision.width, vision.layers, generator);
    weights["visual.proj"].normal_(0, scale, generator);
  } else if (vision.type == "resnet") {
    initialise_resnet(weights, vision, generator);
  } else {
    initialise_conv_tower(weights, vision, generator);
    weights["visual.proj"].normal_(0, std::pow(vision.widths.back(), -0.5), generator);
  }
  weights["token_embedding.weight"].normal_(0, 0.02, generator);
  weights["positional_embedding"].normal_(0, 0.01, generator);
  initialise_transformer(weights, "transformer", config.text.width, config.text.layers, generator);
  weights["text_projection"].normal_(0, std::pow(config.text.width, -0.5), generator);
  weights["logit_scale"].fill_(std::log(1 / 0.07));
  return weights;
}

at::Tensor unit_length(const at::Tensor& x) {
  const auto wide = x.to(at::kFloat);
  return wide / wide.norm(2, {-1}, /*keepdim=*/true);
}

at::Tensor normalise_pixels(const VisionConfig& vision, const at::Tensor& pixels) {
  // Filled where they are used: made on the host, they would be a copy that every batch waits for.
  const auto per_channel = [&](const std::array<double, 3>& values) {
    const auto out = at::empty({1, 3, 1, 1}, pixels.options().dtype(at::kFloat));
    for (std::int64_t channel = 0; channel < 3; ++channel)
      out.select(1, channel).fill_(values[static_cast<std::size_t>(channel)]);
    return out;
  };
  return (pixels.to(at::kFloat) / 255 - per_channel(vision.mean)) / per_channel(vision.std);
}

at::Tensor Clip::image_features(const at::Tensor& pixels) const {
  const auto x = normalise_pixels(config_.vision, pixels);
  if (config_.vision.type == "resnet")
    return unit_length(resnet_tower(weights_, config_.vision, x));
  const auto pooled = config_.vision.type == "vit" ? vision_transformer(weights_, config_.vision, x)
                                                   : conv_tower(weights_, x);
  return unit_length(at::matmul(pooled, weight(weights_, "visual.proj")));
}

std::int64_t Clip::image_layers() const {
  const auto& vision = config_.vision;
  return vision.type == "vit" ? vision.layers : vision.type == "conv" ? kConvStages : kResnetStages;
}

at::Tensor Clip::image_hidden(const at::Tensor& pixels, std::int64_t layer) const {
  const auto& vision = config_.vision;
  const auto x = normalise_pixels(vision, pixels);
  if (vision.type == "vit") return vision_tokens(weights_, vision, x, layer + 1);
  const auto maps = vision.type == "conv"
                        ? conv_maps(x, folded_units(weights_), layer + 1)
                        : resnet_maps(weights_, vision, x, static_cast<int>(layer + 1));
  return maps.flatten(2).transpose(1, 2);
}

namespace {

at::Tensor text_states(const TextConfig& text, const NamedTensors& weights,
                       const at::Tensor& tokens, std::int64_t layers) {
  const auto x = embedded(weight(weights, "token_embedding.weight"), tokens) +
                 weight(weights, "positional_embedding").narrow(0, 0, tokens.size(1));
  return transformer(weights, "transformer", x, layers, text.heads, /*causal=*/true,
                     text.activation);
}

}  // namespace

at::Tensor Clip::text_hidden(const at::Tensor& tokens, std::int64_t layer) const {
  return text_states(config_.text, weights_, tokens, layer + 1);
}

at::Tensor text_features(const TextConfig& text, const NamedTensors& weights,
                         const at::Tensor& tokens) {
  const auto x = text_states(text, weights, tokens, text.layers);
  const auto end = tokens.argmax(-1);
  const auto pooled = x.index({at::arange(tokens.size(0), tokens.options()), end});
  return unit_length(
      at::matmul(layer_norm(weights, "ln_final", pooled), weight(weights, "text_projection")));
}

at::Tensor Clip::text_features(const at::Tensor& tokens) const {
  return lacuna::text_features(config_.text, weights_, tokens);
}

at::Tensor Clip::logit_scale() const { return weight(weights_, "logit_scale").exp(); }

}  // namespace lacuna
