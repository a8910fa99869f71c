// The parent's side of a worker: starts it on a job file, follows its progress and its output.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run/jobs/run_options.hpp"
#include "run/machine/bounded_log.hpp"
#include "run/machine/process.hpp"
#include "run/machine/progress.hpp"
#include "run/machine/progress_file.hpp"
#include "run/results/job_failure.hpp"

namespace lacuna {

// What came of a step that leaves one result.
struct StepOutcome {
  bool ok = false;
  nlohmann::json result = nlohmann::json::object();  // of the worker; empty if it left none
  JobFailure failure;                                // if not ok
};

class WorkerProcess {
 public:
  // `files`: job, progress and, of a step that leaves one, result become <files>.job.json,
  // <files>.progress and <files>.json; what an earlier worker left there is removed. `log` is kept
  // relative in messages. `seconds`: 0 for no limit, else of each of its jobs. `jobs`: their keys,
  // in the order in which it begins them. Throws Error.
  WorkerProcess(const std::string& step, nlohmann::json job, const std::filesystem::path& files,
                const std::filesystem::path& log, double seconds, const RunOptions& options,
                std::vector<std::string> jobs = {});

  const std::string& step() const { return step_; }
  const Process& process() const { return process_; }
  // What a display shows of it.
  RunningStep state(const std::string& label) const;
  // How many of its jobs it has begun.
  std::size_t begun() const { return begun_; }
  // Its messages that tell a loss, the first 100,000.
  const std::vector<StepProgress>& losses() const { return losses_; }
  std::optional<std::int64_t> device_peak_bytes() const { return device_peak_bytes_; }

  // Takes in what arrived; how it ended, once it has. Never blocks.
  std::optional<ProcessEnd> ended();
  // Why it left no result, after its end; what it printed will be in `log`.
  JobFailure failure(const ProcessEnd& end, const std::filesystem::path& log) const;
  // Whether this side has stopped it for what it did.
  bool was_stopped() const { return stopped_.has_value(); }

  // The outcome of a step that leaves one result, <files>.json, once it has ended. What the worker
  // itself did wrong, whatever it left, is in the outcome.
  std::optional<StepOutcome> poll();

 private:
  void take_in_progress();

  std::string step_;
  std::filesystem::path files_, log_;
  std::vector<std::string> jobs_;
  double limit_;
  BoundedLog output_;
  ProgressFile file_;
  std::vector<StepProgress> losses_;
  StepProgress latest_;
  std::string note_;
  std::optional<std::int64_t> device_peak_bytes_;
  std::string in_;                     // the plugin that it has handed the work to
  std::size_t begun_ = 0;              // of its jobs
  std::optional<JobFailure> stopped_;  // why this side has stopped it
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  Process process_;
};

}  // namespace lacuna
