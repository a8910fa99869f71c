#include "model/clip/transformer.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "lacuna/error.hpp"

namespace lacuna {

const at::Tensor& weight(const NamedTensors& weights, const std::string& name) {
  const auto it = weights.find(name);
  if (it == weights.end()) throw Error(name + ": no such weight");
  return it->second;
}

at::Tensor layer_norm(const NamedTensors& weights, const std::string& name, const at::Tensor& x) {
  const auto& scale = weight(weights, name + ".weight");
  return at::layer_norm(x, scale.sizes(), scale, weight(weights, name + ".bias"), 1e-5);
}

namespace {

at::Tensor linear(const NamedTensors& weights, const std::string& name, const at::Tensor& x) {
  return at::linear(x, weight(weights, name + ".weight"), weight(weights, name + ".bias"));
}

at::Tensor attention(const NamedTensors& weights, const std::string& name, const at::Tensor& x,
                     std::int64_t heads, bool causal) {
  const auto n = x.size(0), length = x.size(1), width = x.size(2);
  const auto qkv = at::linear(x, weight(weights, name + ".in_proj_weight"),
                              weight(weights, name + ".in_proj_bias"))
                       .view({n, length, 3, heads, width / heads})
                       .permute({2, 0, 3, 1, 4});
  const auto mixed = at::scaled_dot_product_attention(qkv[0], qkv[1], qkv[2], {}, 0.0, causal);
  return linear(weights, name + ".out_proj", mixed.transpose(1, 2).reshape({n, length, width}));
}

at::Tensor quick_gelu(const at::Tensor& x) { return x * at::sigmoid(1.702 * x); }

}  // namespace

at::Tensor transformer(const NamedTensors& weights, const std::string& prefix, at::Tensor x,
                       std::int64_t layers, std::int64_t heads, bool causal,
                       const std::string& activation) {
  const bool exact = activation == "gelu";
  for (std::int64_t i = 0; i < layers; ++i) {
    const auto block = prefix + ".resblocks." + std::to_string(i);
    x = x +
        attention(weights, block + ".attn", layer_norm(weights, block + ".ln_1", x), heads, causal);
    const auto hidden =
        linear(weights, block + ".mlp.c_fc", layer_norm(weights, block + ".ln_2", x));
    x = x + linear(weights, block + ".mlp.c_proj", exact ? at::gelu(hidden) : quick_gelu(hidden));
  }
  return x;
}

void add_layer_norm_shapes(Shapes& shapes, const std::string& name, std::int64_t width) {
  shapes[name + ".weight"] = {width};
  shapes[name + ".bias"] = {width};
}

void add_transformer_shapes(Shapes& shapes, const std::string& prefix, std::int64_t width,
                            std::int64_t layers, std::int64_t mlp) {
  const auto hidden = mlp != 0 ? mlp : 4 * width;
  for (std::int64_t i = 0; i < layers; ++i) {
    const auto block = prefix + ".resblocks." + std::to_string(i);
    add_layer_norm_shapes(shapes, block + ".ln_1", width);
    add_layer_norm_shapes(shapes, block + ".ln_2", width);
    shapes[block + ".attn.in_proj_weight"] = {3 * width, width};
    shapes[block + ".attn.in_proj_bias"] = {3 * width};
    shapes[block + ".attn.out_proj.weight"] = {width, width};
    shapes[block + ".attn.out_proj.bias"] = {width};
    shapes[block + ".mlp.c_fc.weight"] = {hidden, width};
    shapes[block + ".mlp.c_fc.bias"] = {hidden};
    shapes[block + ".mlp.c_proj.weight"] = {width, hidden};
    shapes[block + ".mlp.c_proj.bias"] = {width};
  }
}

void initialise_transformer(NamedTensors& weights, const std::string& prefix, std::int64_t width,
                            std::int64_t layers, at::Generator generator) {
  const double attention_std = std::pow(width, -0.5);
  const double projection_std = attention_std * std::pow(2 * layers, -0.5);
  for (std::int64_t i = 0; i < layers; ++i) {
    const auto block = prefix + ".resblocks." + std::to_string(i);
    weights.at(block + ".attn.in_proj_weight").normal_(0, attention_std, generator);
    weights.at(block + ".attn.out_proj.weight").normal_(0, projection_std, generator);
    weights.at(block + ".mlp.c_fc.weight").normal_(0, std::pow(2 * width, -0.5), generator);
    weights.at(block + ".mlp.c_proj.weight").normal_(0, projection_std, generator);
  }
}

}  // namespace lacuna
