// The regularisers that a suite may add to any objective.
#pragma once

#include <ATen/core/Tensor.h>

#include "lacuna/batch.hpp"
#include "train/training_config.hpp"

namespace lacuna {

// Unweighted terms: scalars with gradient, undefined where the weight is 0 or nothing of that name
// is asked.
struct KlTerms {
  at::Tensor coarse, fine;
};

// KL(teacher || student) over the questions of a name, per sample, mean over the samples of each
// side: over all choices on the keep side, without the target's column on the forget side (Tan &
// Gong, 2026). `config.coarse` weighs the questions named "coarse", `config.fine` all
// others. Throws ConfigError where a coarse weight meets a batch without coarse names.
KlTerms kl_terms(const Batch& batch, const KlConfig& config);

}  // namespace lacuna
