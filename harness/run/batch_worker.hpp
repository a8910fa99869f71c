// A worker and the order it works on: takes each job's outcome as soon as it is there, and finds
// out which job took the worker down.
#pragma once

#include <chrono>
#include <string>

#include "run/executor.hpp"
#include "run/jobs/run_options.hpp"
#include "run/steps/worker_process.hpp"

namespace lacuna {

class BatchWorker {
 public:
  // Throws Error.
  BatchWorker(int number, WorkOrder order, const std::string& device, const RunOptions& options);

  const Process& process() const { return worker_.process(); }
  RunningStep state() const { return worker_.state(order_.label); }
  OrderNews news();

 private:
  bool is_done(std::size_t job, bool ended) const;
  JobOutcome taken(std::size_t job, const ProcessEnd* end);
  void blame(JobOutcome& out, std::size_t job, JobFailure failure) const;
  nlohmann::json record(const ProcessEnd* end);
  void close_log();

  int number_;
  WorkOrder order_;
  WorkerProcess worker_;
  std::size_t taken_ = 0;  // jobs whose outcome was told
  std::size_t fault_ = 0;  // the job whose failure names the log
  bool stopped_for_failure_ = false;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace lacuna
