// OpenAI's modified residual network (Radford et al., 2021, section 2.4; RN50 to RN50x64): a stem
// of three convolutions, average pooling before every strided step, and attention in place of the
// last average.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/model.hpp"  // NamedTensors
#include "model/clip/clip.hpp"
#include "model/clip/transformer.hpp"  // Shapes

namespace lacuna {

// x [N, 3, S, S], S a multiple of 32 -> [N, embedding]. Each convolution has a bias: its batch
// normalisation in evaluation mode, folded (fold_batch_norms).
at::Tensor resnet_tower(const NamedTensors& weights, const VisionConfig& vision,
                        const at::Tensor& x);

// What the stem and the first `stages` of the four stages make of it: [N, C, S', S'].
inline constexpr int kResnetStages = 4;
at::Tensor resnet_maps(const NamedTensors& weights, const VisionConfig& vision, const at::Tensor& x,
                       int stages);

// A convolution of the tower and the batch normalisation that followed it in OpenAI's file.
struct ResnetUnit {
  std::string convolution, norm;  // "visual.layer1.0.conv1", "visual.layer1.0.bn1"
  std::int64_t in, out, kernel;
};
std::vector<ResnetUnit> resnet_units(const VisionConfig& vision);

void add_resnet_shapes(Shapes& shapes, const VisionConfig& vision, std::int64_t embedding);
void initialise_resnet(NamedTensors& weights, const VisionConfig& vision, at::Generator generator);

// Replaces every batch normalisation (weight, bias, running_mean, running_var, epsilon 1e-5;
// computed in double) by its effect on the convolution before it: the same function, and every
// tensor left is one that training may move. Weights must be float32 on the CPU. Throws ConfigError
// naming a missing or misshapen tensor.
void fold_batch_norms(NamedTensors& weights, const VisionConfig& vision);

// The other way, for files that must hold batch normalisations: ones that only add the bias.
// Folding gives the same bits back.
void unfold_batch_norms(NamedTensors& weights, const VisionConfig& vision);

}  // namespace lacuna
