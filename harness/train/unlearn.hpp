// One unlearning run: a model, samples and a method in; weights and a trajectory out.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>

#include "lacuna/plugin.hpp"
#include "model/weights/checkpoint.hpp"
#include "train/samples_file.hpp"
#include "train/step_progress.hpp"
#include "train/subject.hpp"
#include "train/training_config.hpp"

namespace lacuna {

struct UnlearnJob {
  nlohmann::json params;  // the method's, resolved
  KlConfig kl;
  TrainingConfig training;
  std::uint64_t seed = 0;
  c10::Device device = c10::kCPU;
  // Weights that it begins with in place of the original's (an attack on an unlearned model);
  // empty: the original's.
  NamedTensors begin = {};
};

struct Unlearned {
  NamedTensors weights;  // float32, CPU

  // {"steps": [{step, epoch, loss, objective, kl_coarse, kl_fine, forget_accuracy, utility_proxy,
  //             learning_rate, phase?}…],
  //  "epochs": [{epoch, learning_rate, loss, forget_accuracy, fitted_accuracy?,
  //              validation_accuracy?, phase?}…],
  //  "kept_epoch": n, "log": {name: [values]}}
  // Steps count from 1, epochs from 0. loss = objective + weight x kl…; a KL term that is not part
  // of it is null. Accuracies are those of the batch before its update, under the step's prompts.
  // forget_accuracy is that of the first question to forget; a further one has its own
  // (forget_coarse_accuracy; null in a step that does not ask it). utility_proxy: the share of rows
  // of the first question whose best choice other than their own is the original model's; where
  // there is something to be kept, the mean of that and the accuracy over the questions to keep.
  // Over retain samples only the latter. phase: the name that a method gave its loop. kept_epoch is
  // null if no loop ran.
  nlohmann::json trajectory;
};

// Runs `method` (an Objective or a Method entry). Deterministic: same job, same thread count, same
// bytes. Throws ConfigError, NotFinite, PluginError (whatever the plugin threw, named and without a
// backtrace).
Unlearned unlearn(const Checkpoint& original, SampleSets sets, const Entry& method,
                  const UnlearnJob& job, const std::function<void(const Progress&)>& progress);

// The same over a subject of any family, as it is.
Unlearned unlearn(Subject& subject, const Entry& method, const UnlearnJob& job,
                  const std::function<void(const Progress&)>& progress);

}  // namespace lacuna
