// AdamW in one pass over all tensors. I. Loshchilov, F. Hutter, Decoupled Weight Decay
// Regularization, ICLR 2019.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "lacuna/abi.hpp"

namespace lacuna {

struct AdamWOptions {
  double learning_rate = 1e-3;
  double beta1 = 0.9, beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 1e-2;  // decoupled: w <- w - learning_rate * weight_decay * w
};

// Fused (at::_fused_adamw_): several times faster than a tensor-by-tensor loop, the same values to
// float rounding. Holds first and second moments beside the parameters, on their device. [one
// thread]
class LACUNA_EXPORT AdamW {
 public:
  // `parameters`: float32 leaves that require grad; shared, changed in place by step().
  AdamW(std::vector<at::Tensor> parameters, AdamWOptions options);

  // One update from .grad() of every parameter (a parameter without one is treated as having zero
  // gradient).
  void step();
  // Drops all gradients.
  void zero_grad();

  void set_learning_rate(double learning_rate) { options_.learning_rate = learning_rate; }
  double learning_rate() const { return options_.learning_rate; }

  // Moments and step count, for a checkpoint: first moments, second moments, steps, in parameter
  // order.
  std::vector<at::Tensor> state() const;
  void load_state(const std::vector<at::Tensor>& state);  // throws Error on another count or shape

 private:
  std::vector<at::Tensor> parameters_, first_, second_, steps_;
  AdamWOptions options_;
};

// Learning-rate factor of cosine annealing to 0, stepped per epoch: (1 + cos(pi * epoch / epochs))
// / 2.
LACUNA_EXPORT double cosine_factor(std::int64_t epoch, std::int64_t epochs);

}  // namespace lacuna
