// What a TrainState holds: all that a loop of the harness carries from step to step beside weights.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "lacuna/model.hpp"
#include "lacuna/optimizer.hpp"
#include "train/batch_rows.hpp"

namespace lacuna {

// Retain samples, one permutation after the other.
class RetainDraw {
 public:
  RetainDraw(std::int64_t size, c10::Device device, at::Generator generator);
  // The next `count` of them. None where there are no retain samples.
  BatchRows next(std::int64_t count);

 private:
  std::int64_t size_, at_ = 0;
  c10::Device device_;
  at::Generator generator_;
  at::Tensor order_;  // int64, CPU
};

struct LoopState {
  AdamW optimizer;
  std::vector<at::Tensor> leaves;
  at::Generator order, prompts;
  RetainDraw retain;
  NamedTensors adapters = {};  // LoRA's, if the suite has them
  std::function<NamedTensors(const NamedTensors&)> compose = {};
  std::int64_t epochs = 0;  // run so far
};

}  // namespace lacuna
