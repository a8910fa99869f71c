// The parent's side of a worker: starts it on a job file, follows its progress, reads its outcome.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run/bounded_log.hpp"
#include "run/cell.hpp"
#include "run/process.hpp"
#include "run/progress_file.hpp"
#include "run/scheduler.hpp"

namespace lacuna {

// What came of a step.
struct StepOutcome {
  bool ok = false;
  nlohmann::json result = nlohmann::json::object();  // of the worker; empty if it left none
  CellFailure failure;                               // if not ok
  // {"seconds", "cpu_seconds", "peak_bytes", on a GPU "device_peak_bytes"}
  nlohmann::json record;
  std::vector<StepProgress> progress;  // its messages that tell a loss, the first 100,000
};

class WorkerProcess {
 public:
  // `files`: job, progress and result become <files>.job.json, <files>.progress and <files>.json;
  // what an earlier worker left there is removed. `log` is kept relative in messages. `seconds`: 0
  // for no limit. Throws Error.
  WorkerProcess(const std::string& step, nlohmann::json job, const std::filesystem::path& files,
                const std::filesystem::path& log, double seconds, const RunOptions& options);

  const std::string& step() const { return step_; }
  const Process& process() const { return process_; }
  // What a display shows of it.
  RunningStep state(const std::string& label) const;

  // Takes in what arrived; the outcome once it has ended. Never blocks. What the worker itself did
  // wrong, whatever it left, is in the outcome.
  std::optional<StepOutcome> poll();

 private:
  void take_in_progress();
  StepOutcome outcome_of(const ProcessEnd& end);

  std::string step_;
  std::filesystem::path files_, log_;
  nlohmann::json job_;
  double limit_;  // of the whole cell, for messages: what was left of it differs from run to run
  BoundedLog output_;
  ProgressFile file_;
  std::vector<StepProgress> progress_;
  StepProgress latest_;
  std::string in_;                      // the plugin that it has handed the work to
  std::optional<CellFailure> stopped_;  // why this side has stopped it
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Process process_;
};

// The result of a step that has ended well before; nothing if there is none.
std::optional<nlohmann::json> finished_result(const std::string& step,
                                              const std::filesystem::path& files);

}  // namespace lacuna
