// The convolutional tower while it is being pretrained: batch normalisation after every
// convolution, folded at the end.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include "model/clip/clip.hpp"

namespace lacuna {

// Weights of a model being pretrained. For a conv tower each unit has <unit>.weight,
// <unit>.norm.weight and .bias and, among the buffers, <unit>.norm.mean and .var, in place of a
// convolution bias. A vit is as in Clip.
struct TrainableModel {
  ClipConfig config;
  NamedTensors parameters;  // float32 leaves
  NamedTensors buffers;     // running statistics

  static TrainableModel create(const ClipConfig& config, at::Generator generator);

  // Whether batch normalisation is there: a conv tower that has not been folded.
  bool normalised() const { return !buffers.empty(); }

  // Normalised features [N, embedding] with batch statistics, which move the running ones (momentum
  // 0.1).
  at::Tensor image_features(const at::Tensor& pixels) const;
  // Normalisation folded into convolutions with bias, by the running statistics: the weights of a
  // Clip, detached.
  NamedTensors folded() const;
};

}  // namespace lacuna
