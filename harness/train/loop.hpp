// The harness's own unlearning loop: optimiser, schedule, checkpoint rule, trajectory.
#pragma once

#include <cstdint>

#include "lacuna/method.hpp"
#include "train/subject.hpp"
#include "train/training_config.hpp"
#include "train/trajectory.hpp"

namespace lacuna {

struct LoopOptions {
  TrainingConfig training;
  KlConfig kl;
  std::uint64_t seed = 0;
};

// Trains the subject's model (AdamW, cosine to 0 stepped once an epoch) with `objective` plus the
// KL terms, and leaves the weights of the epoch that the checkpoint rule keeps:
//   train       lowest forget accuracy measured on the fly over the epoch, all its rows counted
//               alike; the best fit for an objective that fits answers (those of the first
//               question); the last epoch if none qualifies
//   released    the same by the mean of the batches' accuracies, per cent, the best rounded to
//   three
//               decimals, as the released code
//   last        the last epoch; so always for a loop over retain samples
//   validation  lowest forget accuracy on held-out samples under all prompts; highest if the
//               objective fits the true answers
// The forget accuracy is the mean over the questions to forget. `given` goes over the suite's
// settings; entries that it does not train are put back after every step.
// Draws: (seed, "order") a permutation an epoch, (seed, "prompt") a template a step, (seed,
// "retain") permutations of the retain samples, of which each step over the forgetting set takes as
// many as it has samples to forget, (seed, "method") handed to objective.prepare(), (seed, "lora")
// adapters, (seed, "validation") the held-out samples. The same draws at every call without a
// state. Throws ConfigError, NotFinite, and what the objective throws.
void run_loop(Subject& subject, Objective& objective, const LoopOptions& options,
              const TrainOptions& given, Trajectory& trajectory);

// objective.loss(), which must be a scalar with gradient: Error.
at::Tensor checked_loss(Objective& objective, const Batch& batch, const Moment& now);

}  // namespace lacuna
