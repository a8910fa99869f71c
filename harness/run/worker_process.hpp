// The parent's side of a worker: starts it on a job file, follows its progress, reads its outcome.
#pragma once

#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/cell.hpp"
#include "run/process.hpp"
#include "run/scheduler.hpp"

namespace lacuna {

// What came of a step.
struct StepOutcome {
  bool ok = false;
  nlohmann::json result = nlohmann::json::object();                 // of the worker, if ok
  CellFailure failure;                   // if not
  nlohmann::json record;                 // {"seconds", "cpu_seconds", "peak_bytes", on a GPU "device_peak_bytes"}
  std::vector<nlohmann::json> progress;  // all its messages, in order
};

class WorkerProcess {
 public:
  // `files`: job and result become <files>.job.json and <files>.json; an older result is removed.
  // `log` is kept relative in messages. `seconds`: 0 for no limit. Throws Error.
  WorkerProcess(const std::string& step, nlohmann::json job, const std::filesystem::path& files,
                const std::filesystem::path& log, double seconds, const RunOptions& options);

  const std::string& step() const { return step_; }
  const Process& process() const { return process_; }
  // What a display shows of it.
  RunningStep state(const std::string& label) const;

  // Takes in what arrived; the outcome once it has ended. Never blocks.
  std::optional<StepOutcome> poll();

 private:
  std::string step_;
  std::filesystem::path files_, log_;
  double limit_;  // of the whole cell, for messages: what was left of it differs from run to run
  std::vector<nlohmann::json> progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Process process_;
};

// The result of a step that has ended well before; nothing if there is none.
std::optional<nlohmann::json> finished_result(const std::filesystem::path& files);

}  // namespace lacuna
