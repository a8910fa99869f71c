// Rounds of evaluation and training on one task, and what they cost.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bench/speed/measure.hpp"
#include "bench/speed/task.hpp"
#include "lacuna/plugin.hpp"
#include "model/weights/checkpoint.hpp"

namespace lacuna::speed {

// Every round is the same work: training starts from the model's own weights. [one thread]
class Measurement {
 public:
  // `precision` "float32" or "bfloat16". `nhl`: the method's entry, kept by reference.
  Measurement(Settings settings, std::string precision, Checkpoint model, Task task,
              const Entry& nhl, c10::Device device);

  // One batch of every size that a round has, and two steps.
  void warm_up();
  void round();

  // What the last round's evaluation computed, see Evaluation. After a round only.
  void save_outputs(const std::filesystem::path& path) const;
  // Seconds of every round, rates by the median round, counted operations, losses of a round.
  nlohmann::json facts() const;

 private:
  // The original weights are back in their place afterwards.
  Training train_steps(std::int64_t steps);

  Settings settings_;
  std::string precision_;
  Checkpoint model_;
  Task task_;
  const Entry& nhl_;
  c10::Device device_;
  Clip student_;
  Evaluation last_;
  std::vector<double> evaluation_seconds_, names_seconds_, training_seconds_, teacher_seconds_;
  std::vector<double> losses_;
};

}  // namespace lacuna::speed
