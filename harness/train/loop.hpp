// The harness's own unlearning loop: optimiser, schedule, checkpoint rule, trajectory.
#pragma once

#include <cstdint>
#include <functional>

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
//   alike; the best fit for
//               an objective that fits labels; the last epoch if none qualifies
//   last        the last epoch
//   validation  lowest forget accuracy on held-out pictures under all prompts; highest if the
//   objective fits the true
//               labels
// Draws: (seed, "order") a permutation an epoch, (seed, "prompt") a template a step, (seed,
// "method") handed to objective.prepare(), (seed, "validation") the held-out pictures. The same
// draws at every call. Throws ConfigError, NotFinite, and what the objective throws.
void run_loop(Clip& student, const ClipBatches& batches, Objective& objective,
              const LoopOptions& options,
              const std::function<void(NamedTensors& gradients)>& on_gradients,
              Trajectory& trajectory);

// Gradient, by name, of the sum over the set of the objective's loss (without KL terms) at the
// present weights.
NamedTensors set_gradient(Clip& student, const ClipBatches& batches, Objective& objective,
                          const LoopOptions& options);

}  // namespace lacuna
