// Picture augmentation for pretraining, batched: every picture of a batch gets its own draw.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace lacuna {

// What may happen to each picture of a batch; all int64 or bool [N].
struct Augmentation {
  at::Tensor flip;    // bool: may be mirrored
  at::Tensor shift;   // pixels at most, each way
  at::Tensor cutout;  // side of the grey square; 0: none
};

// uint8 [N, 3, S, S] -> the same, augmented. Draws from `generator` alone, the same number whatever
// is allowed.
at::Tensor augment(const at::Tensor& pixels, const Augmentation& allowed, at::Generator generator);

}  // namespace lacuna
