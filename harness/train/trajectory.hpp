// What a run writes down while it trains, and the guard against numbers that are not finite.
#pragma once

#include <ATen/core/Tensor.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "train/unlearn.hpp"

namespace lacuna {

// Scalars of one step, as tensors on the training device: reading them there and then would make a
// GPU wait.
struct StepRecord {
  at::Tensor loss, objective;
  at::Tensor kl_coarse, kl_fine;  // undefined: not part of the loss
  at::Tensor forgotten;           // rows whose fine prediction is still right
  at::Tensor
      fitted;  // rows whose fine prediction is what the objective fits; undefined if it fits none
  at::Tensor agreeing;  // rows whose best other class is the teacher's
  // Rows whose coarse label is to be kept, and the prediction right; undefined if flat.
  at::Tensor coarse_right;
  // Rows whose coarse label is to be forgotten, and those of them whose prediction is still right;
  // undefined where there are none.
  at::Tensor coarse_gone, forgotten_coarse;
  std::int64_t rows = 0;
};

// Correct of n, over the steps of an epoch.
struct EpochCounts {
  std::int64_t forgotten = 0, fitted = 0, rows = 0;
  std::int64_t forgotten_coarse = 0, coarse_gone = 0;
  double loss = 0;  // sum over steps
  std::int64_t steps = 0;
};

// Steps are numbered from 1 over the whole run, epochs from 0 in each loop. [one thread]
class Trajectory {
 public:
  explicit Trajectory(std::function<void(const Progress&)> progress)
      : progress_(std::move(progress)) {}

  // A loop of `steps` steps begins.
  void begin(std::int64_t steps, bool on_cpu);
  // Keeps a step's record. On the CPU, where it costs nothing, reads it; elsewhere records stay on
  // the device until the epoch ends. Reading throws NotFinite, with the trajectory so far, naming
  // the first step whose loss is not finite.
  void add(StepRecord record, std::int64_t epoch, double learning_rate);
  // Reads the rest and ends the epoch. Throws like add.
  EpochCounts end_epoch();
  // Adds an epoch's entry, a number of the method's own, the kept epoch.
  void add_epoch(nlohmann::json entry) { json_["epochs"].push_back(std::move(entry)); }
  void log(const std::string& name, double value);
  void set_kept(std::int64_t epoch) { json_["kept_epoch"] = epoch; }

  const nlohmann::json& json() const { return json_; }

 private:
  struct Pending {
    at::Tensor scalars;  // float64
    std::int64_t epoch, rows, step;
    double learning_rate;
    bool kl_coarse, kl_fine, coarse, coarse_gone;
  };
  void read();

  std::function<void(const Progress&)> progress_;
  nlohmann::json json_{{"steps", nlohmann::json::array()},
                       {"epochs", nlohmann::json::array()},
                       {"kept_epoch", nullptr},
                       {"log", nlohmann::json::object()}};
  std::vector<Pending> pending_;
  EpochCounts counts_;
  std::int64_t step_ = 0, first_step_ = 0, steps_ = 0;
  bool on_cpu_ = true;
  std::chrono::steady_clock::time_point shown_{};
};

}  // namespace lacuna
