// Samples of the forgetting set that a loop leaves out to judge its epochs by.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "train/subject.hpp"
#include "train/training_config.hpp"

namespace lacuna {

// Rows of a set to train on, ascending, and those held out: int64, CPU.
struct SplitRows {
  at::Tensor train, held_out;
};

// `fraction` of `size` samples, at least one, drawn by (seed, "validation"). Throws ConfigError if
// none is left to train on.
SplitRows split_rows(std::int64_t size, double fraction, std::uint64_t seed);

// Forget accuracy over `rows` under all prompts, without gradient.
double held_out_accuracy(const Subject& subject, const BatchRows& rows);

}  // namespace lacuna
