// Which ready jobs make the next order.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "run/job_locks.hpp"
#include "run/run_graph.hpp"

namespace lacuna {

// Jobs that are ours: nobody else works on them as long as the locks are held.
struct Picked {
  std::vector<RunJob*> jobs = {};
  std::vector<std::shared_ptr<FileLock>> locks = {};
};

class OrderPicker {
 public:
  // `give_up` is called while what kept this process from locking a job is being handled.
  OrderPicker(RunGraph& graph, const Store& store, std::function<void(RunJob&)> give_up)
      : graph_(graph), locks_(store), give_up_(std::move(give_up)) {}

  // The jobs of one model that are ready to be predicted.
  Picked predict();
  // One job.
  Picked one(Step step);
  // Up to kMostScores. With `patient` only where so many are ready, or one has waited long: a
  // process costs more than a metric.
  Picked scores(bool patient);

  static constexpr std::size_t kMostScores = 64;

 private:
  bool take(Picked& picked, RunJob& job, const std::vector<std::string>& keys);
  bool lock_and_take(Picked& picked, RunJob& job, const std::vector<std::string>& keys);
  // Calls `take_it` for ready jobs whose time has come, until it says that it has enough, and
  // forgets those that became another's.
  template <class Take>
  void go_through(Step step, Take take_it);

  RunGraph& graph_;
  JobLocks locks_;
  std::function<void(RunJob&)> give_up_;
};

}  // namespace lacuna
