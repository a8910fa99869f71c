// The gradient of a whole set of samples, or of one.
#pragma once

#include "lacuna/method.hpp"
#include "train/loop.hpp"
#include "train/subject.hpp"

namespace lacuna {

// Gradient, by name, of the sum over `rows` (int64; undefined: all) of the objective's loss
// (without KL terms) at the present weights. Draws (seed, "prompt") a template a batch. Throws what
// the objective throws.
NamedTensors gradient_of(Subject& subject, Objective& objective, const LoopOptions& options,
                         Over over, const at::Tensor& rows);

}  // namespace lacuna
