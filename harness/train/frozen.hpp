// Weights that a method keeps out of training.
#pragma once

#include <ATen/core/grad_mode.h>
#include <ATen/ops/where.h>
#include <fmt/format.h>

#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/model.hpp"

namespace lacuna {

// Holds a copy of every weight that has a mask. [one thread]
class Frozen {
 public:
  // `trainable` as in TrainOptions: bool, by name, of the weights' shapes; false entries are frozen
  // at their present value. Throws Error for a mask that fits no weight.
  Frozen(const NamedTensors& weights, const NamedTensors& trainable) {
    for (const auto& [name, mask] : trainable) {
      const auto found = weights.find(name);
      if (found == weights.end())
        throw Error(fmt::format("trainable: '{}' is no weight of the model", name));
      const auto& weight = found->second;
      if (!mask.defined() || mask.scalar_type() != at::kBool || mask.sizes() != weight.sizes())
        throw Error(fmt::format("trainable: '{}' is not bool of its weight's shape", name));
      parts_.push_back({weight, mask.to(weight.device()), weight.detach().clone()});
    }
  }

  // Gives frozen entries their bytes back, whatever a step has done to them.
  void restore() {
    const at::NoGradGuard no_grad;
    for (auto& [weight, mask, bytes] : parts_) weight.copy_(at::where(mask, weight, bytes));
  }

 private:
  struct Part {
    at::Tensor weight, mask, bytes;
  };
  std::vector<Part> parts_;
};

}  // namespace lacuna
