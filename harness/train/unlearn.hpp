// One unlearning run: a model, a forgetting set and a method in; weights and a trajectory out.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "lacuna/plugin.hpp"
#include "model/checkpoint.hpp"
#include "train/training_config.hpp"

namespace lacuna {

struct UnlearnJob {
  nlohmann::json params;  // the method's, resolved
  KlConfig kl;
  TrainingConfig training;
  std::uint64_t seed = 0;
  c10::Device device = c10::kCPU;
};

// What the loop says while it runs, for a live display: called on the training thread, at most once a step.
struct Progress {
  std::int64_t step = 0, steps = 0, epoch = 0;
  std::optional<double> loss = {}, forget_accuracy = {};  // on a GPU at an epoch's end only: they would make it wait
};

struct Unlearned {
  NamedTensors weights;       // float32, CPU

  // {"steps": [{step, epoch, loss, objective, kl_coarse, kl_fine, forget_accuracy, utility_proxy, learning_rate}…],
  //  "epochs": [{epoch, learning_rate, loss, forget_accuracy, fitted_accuracy?, validation_accuracy?}…],
  //  "kept_epoch": n, "log": {name: [values]}}
  // Steps count from 1, epochs from 0. loss = objective + weight x kl…; a KL term that is not part of it is null.
  // Accuracies are those of the batch before its update, under the step's prompts. utility_proxy: the share of rows
  // whose best fine class other than their own is the original model's; where there are coarse names to be kept, the
  // mean of that and the coarse accuracy of the rows that keep theirs. Where coarse labels are to be forgotten, steps
  // and epochs have forget_coarse_accuracy, too: that of those rows (null in a step without one). kept_epoch is null if no loop ran.
  nlohmann::json trajectory;
};

// A loss or weight that is not finite.
class NotFinite : public Error {
 public:
  using Error::Error;
  nlohmann::json trajectory;  // up to the failure, as in Unlearned
};

// Runs `method` (an Objective or a Method entry). Deterministic: same job, same thread count, same bytes.
// Throws ConfigError, NotFinite, PluginError (whatever the plugin threw, named and without a backtrace).
Unlearned unlearn(const Checkpoint& original, const ForgettingSet& set, const Entry& method, const UnlearnJob& job,
                  const std::function<void(const Progress&)>& progress);

}  // namespace lacuna
