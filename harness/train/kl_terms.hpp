// The regularisers that a suite may add to any objective.
#pragma once

#include <ATen/core/Tensor.h>

#include "lacuna/batch.hpp"
#include "train/training_config.hpp"

namespace lacuna {

// Unweighted terms: scalars with gradient, undefined where the weight is 0.
struct KlTerms {
  // KL(teacher || student) over all coarse names; without its own on a row whose coarse label is to
  // be forgotten as well.
  at::Tensor coarse;
  at::Tensor fine;  // the same over the fine names without each row's own
};

// Tan & Gong, 2026, section 4. Throws ConfigError where a coarse weight meets a dataset without
// coarse names.
KlTerms kl_terms(const Batch& batch, const KlConfig& config);

}  // namespace lacuna
