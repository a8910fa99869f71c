// What a run writes down while it trains, and the guard against numbers that are not finite.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/not_finite.hpp"
#include "train/step_progress.hpp"
#include "train/step_record.hpp"

namespace lacuna {

// What a loop announces of itself before its first step.
struct LoopPlan {
  std::int64_t steps = 0;
  std::string name = {};                 // of the phase; empty: none
  std::vector<std::string> forget = {};  // the questions to forget
  bool on_cpu = true;
};

// Steps are numbered from 1 over the whole run, epochs from 0 in each loop. [one thread]
class Trajectory {
 public:
  explicit Trajectory(std::function<void(const Progress&)> progress)
      : progress_(std::move(progress)) {}

  void begin(LoopPlan plan);
  // Keeps a step's record. On the CPU, where it costs nothing, reads it; elsewhere records stay on
  // the device until the epoch ends. Reading throws NotFinite, with the trajectory so far, naming
  // the first step whose loss is not finite.
  void add(StepRecord record, std::int64_t epoch, double learning_rate);
  // Reads the rest and ends the epoch. Throws like add.
  EpochCounts end_epoch();
  // Adds an epoch's entry, a number of the method's own (shown at most ten times a second), the
  // kept epoch.
  void add_epoch(nlohmann::json entry);
  void log(const std::string& name, double value);
  void set_kept(std::int64_t epoch) { json_["kept_epoch"] = epoch; }

  const nlohmann::json& json() const { return json_; }

 private:
  struct Pending {
    at::Tensor scalars;  // float64
    StepRecord record;
    std::int64_t epoch, step;
    double learning_rate;
  };
  void read();
  nlohmann::json entry_of(const Pending& pending, const double* row);

  std::function<void(const Progress&)> progress_;
  nlohmann::json json_{{"steps", nlohmann::json::array()},
                       {"epochs", nlohmann::json::array()},
                       {"kept_epoch", nullptr},
                       {"log", nlohmann::json::object()}};
  std::vector<Pending> pending_;
  EpochCounts counts_;
  LoopPlan plan_;
  std::int64_t step_ = 0, first_step_ = 0;
  std::chrono::steady_clock::time_point shown_{}, noted_{};
};

}  // namespace lacuna
