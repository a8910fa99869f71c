// Takes what a worker left of a job into the results folder, and says what the job has come to.
#pragma once

#include <exception>
#include <map>
#include <string>

#include "run/results/job_files.hpp"
#include "run/run_graph.hpp"
#include "run/work_order.hpp"

namespace lacuna {

class JobCollector {
 public:
  JobCollector(const Plan& plan, const Store& store, const RunOptions& options, StoredJobs& stored,
               RunGraph& graph);

  // Settles the job of an order that began at `started`. Throws nothing that a file could be the
  // cause of.
  void take(const JobOutcome& outcome, const std::string& started);
  // A job that failed, or turned out not to be applicable, without a worker's word.
  void fail(RunJob& job, const JobFailure& failure, nlohmann::json trajectory = {});
  // Nothing is stored of the job: of what kept this process from its work. `body` may throw.
  template <class Body>
  void for_job(RunJob& job, Body body);

 private:
  void finish(RunJob& job, const JobOutcome& outcome, const std::string& started);
  void finish_unlearning(RunJob& job, JobResult& result);
  void give_up(RunJob& job, const std::exception_ptr& exception);

  const Store& store_;
  const RunOptions& options_;
  StoredJobs& stored_;
  RunGraph& graph_;
  // By predict job, what the plan says of its evaluation's data.
  std::map<std::string, std::string> incomplete_;
};

template <class Body>
void JobCollector::for_job(RunJob& job, Body body) {
  try {
    body();
  } catch (...) {
    give_up(job, std::current_exception());
  }
}

}  // namespace lacuna
