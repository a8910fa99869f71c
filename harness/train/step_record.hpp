// What is counted of every step, for the trajectory and the checkpoint rule.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/batch.hpp"
#include "lacuna/method.hpp"
#include "lacuna/samples.hpp"

namespace lacuna {

// Scalars of one step, as tensors on the training device: reading them there and then would make a
// GPU wait.
struct StepRecord {
  at::Tensor loss, objective;
  at::Tensor kl_coarse, kl_fine;  // undefined: not part of the loss

  // Of every question that the set has to forget, in its order: rows whose prediction is still
  // right, of how many. Undefined and 0 where no sample of the step is asked.
  struct Asked {
    at::Tensor right = {};
    std::int64_t rows = 0;
  };
  std::vector<Asked> forget = {};
  at::Tensor fitted = {};    // rows of the first whose prediction is what the objective fits
  at::Tensor agreeing = {};  // rows of the first whose best other choice is the teacher's
  Asked keep = {};           // over all questions of the keep side
};

// Everything but losses. `fitted` may be undefined.
StepRecord record_of(const Batch& batch, const std::vector<Labels>& forget,
                     const at::Tensor& fitted);

// Right of n, over the steps of an epoch.
struct EpochCounts {
  struct Asked {
    std::int64_t right = 0, rows = 0;
    double step_accuracies = 0;  // sum over the steps that asked
    std::int64_t steps = 0;      // how many did
  };
  std::vector<Asked> forget = {};  // as in StepRecord
  std::int64_t fitted = 0;
  double fitted_step_accuracies = 0;  // as above
  double loss = 0;                    // sum over steps
  std::int64_t steps = 0;
};

// What the accuracy of a question to forget is called in a trajectory: the first one's is the one
// that everybody means, "forget_accuracy"; a further one has its own, "forget_coarse_accuracy".
std::string accuracy_name(std::size_t question, const std::string& name);

// The mean over the questions of the share that is still right; a question without rows does not
// count. NaN if none has any. `of_steps`: a question's share is the mean of its steps' shares, so
// that a short last batch counts as much as a full one.
double forget_accuracy(const std::vector<EpochCounts::Asked>& asked, bool of_steps = false);

}  // namespace lacuna
