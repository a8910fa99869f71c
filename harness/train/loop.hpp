// The harness's own unlearning loop: optimiser, schedule, checkpoint rule, trajectory.
#pragma once

#include <cstdint>

#include "lacuna/method.hpp"
#include "model/clip.hpp"
#include "train/clip_batch.hpp"
#include "train/training_config.hpp"
#include "train/trajectory.hpp"

namespace lacuna {

struct LoopOptions {
  TrainingConfig training;
  KlConfig kl;
  std::uint64_t seed = 0;
};

// Trains every weight of `student` (AdamW, cosine to 0 stepped once an epoch) on the forgetting set
// with `objective` plus the KL terms, and leaves the weights of the epoch that the checkpoint rule
// keeps:
//   train       lowest forget accuracy measured on the fly over the epoch, all its rows counted
//               alike; the best fit for an objective that fits labels (the fine ones); the last
//               epoch if none qualifies
//   last        the last epoch
//   validation  lowest forget accuracy on held-out samples under all prompts; highest if the
//               objective fits the true labels
// Where coarse labels are to be forgotten as well, the forget accuracy is the mean of the fine one
// and of the coarse one over those rows. `given` goes over the suite's settings; entries that it
// does not train are put back after every step.
// Draws: (seed, "order") a permutation an epoch, (seed, "prompt") a template a step, (seed,
// "method") handed to objective.prepare(), (seed, "validation") the held-out pictures. The same
// draws at every call. Throws ConfigError, NotFinite, and what the objective throws.
void run_loop(Clip& student, const ClipBatches& batches, Objective& objective,
              const LoopOptions& options, const TrainOptions& given, Trajectory& trajectory);

// Gradient, by name, of the sum over the set of the objective's loss (without KL terms) at the
// present weights.
NamedTensors set_gradient(Clip& student, const ClipBatches& batches, Objective& objective,
                          const LoopOptions& options);

}  // namespace lacuna
