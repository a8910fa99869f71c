// The transformer both of CLIP's towers are made of: pre-LN residual attention blocks.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "lacuna/model.hpp"  // NamedTensors

namespace lacuna {

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

// The weight called `name`. Throws Error if there is none.
const at::Tensor& weight(const NamedTensors& weights, const std::string& name);

// LayerNorm with eps 1e-5 over the last dimension, parameters `name`.weight and `name`.bias.
at::Tensor layer_norm(const NamedTensors& weights, const std::string& name, const at::Tensor& x);

// `layers` blocks named `prefix`.resblocks.<i>; x [N, L, W] -> [N, L, W]. `causal`: position i sees
// 0..i only. `activation`: "quick_gelu", x sigmoid(1.702 x), as OpenAI's models; or "gelu", exact.
at::Tensor transformer(const NamedTensors& weights, const std::string& prefix, at::Tensor x,
                       std::int64_t layers, std::int64_t heads, bool causal,
                       const std::string& activation);

void add_layer_norm_shapes(Shapes& shapes, const std::string& name, std::int64_t width);
// `mlp`: the blocks' hidden width, 0 for four times `width`.
void add_transformer_shapes(Shapes& shapes, const std::string& prefix, std::int64_t width,
                            std::int64_t layers, std::int64_t mlp);

// OpenAI's initialisation of the blocks' matrices; vectors are 0, LayerNorm weights 1.
void initialise_transformer(NamedTensors& weights, const std::string& prefix, std::int64_t width,
                            std::int64_t layers, at::Generator generator);

}  // namespace lacuna
