#include "run/run_graph.hpp"

#include <algorithm>
#include <set>

#include "run/cell_end.hpp"
#include "support/failure.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

bool has_weights(const std::filesystem::path& file, const std::string& sha256) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return false;
  try {
    return sha256_file(file) == sha256;
  } catch (const ConfigError&) {  // unreadable is as good as gone
    return false;
  }
}

}  // namespace

std::string cannot_be_made_again(const std::string& reason) {
  return "its weights cannot be made again: " + reason;
}

bool uses_weights(const RunJob& job, const RunJob& need) {
  return need.step() == Step::unlearn && job.step() != Step::score;
}

RunGraph::RunGraph(const Plan& plan, const std::set<std::string>& cells, StoredJobs& stored,
                   bool retry_failed, Calls calls)
    : stored_(stored), retry_failed_(retry_failed), calls_(std::move(calls)) {
  std::set<std::string> seen;
  for (const auto& planned : plan.cells) {
    if (!cells.contains(planned.key) || !seen.insert(planned.key).second) continue;
    auto& cell = cells_.emplace_back(RunCell{.cell = &planned});
    const auto take = [&](const std::string& key) {
      auto& job = add(plan, key);
      job.cells.push_back(&cell);
      cell.jobs.push_back(&job);
    };
    if (!planned.is_original() && plan.jobs.contains(planned.key)) take(planned.key);
    for (const auto& [evaluation, key] : planned.predict) take(key);
    for (const auto& metric : plan.metrics)
      if (const auto found = planned.score.find(metric.id); found != planned.score.end())
        take(found->second);
  }
}

RunJob& RunGraph::add(const Plan& plan, const std::string& key) {
  const auto [at, is_new] = jobs_.try_emplace(key);
  auto& job = at->second;
  if (!is_new) return job;
  const auto found = plan.jobs.find(key);
  if (found == plan.jobs.end()) throw Error("plan: job '" + key + "' is named and not there");
  job.job = &found->second;
  for (const auto& need : job.job->needs) {
    auto& other = add(plan, need);
    job.needs.push_back(&other);
    other.needed_by.push_back(&job);
  }
  return job;
}

bool RunGraph::consider_next() {
  if (next_ == cells_.size()) return false;
  auto& cell = cells_[next_++];
  if (!cell.cell->status.empty()) {  // found out by the plan
    const bool failed = cell.cell->status == "failed";
    auto* unlearn = cell.jobs.empty() ? nullptr : cell.jobs.front();
    if (unlearn != nullptr)
      calls_.fail(*unlearn, {failed ? "data" : "not_applicable", cell.cell->reason});
    conclude(cell, unlearn);
    return true;
  }
  for (auto* job : cell.jobs) want(*job);
  check(cell, nullptr);
  return true;
}

// What is stored of a job. Says what is wrong with it if `aloud`.
void RunGraph::see(RunJob& job, bool aloud) {
  if (job.stage != Stage::unseen) return;
  const auto& key = job.job->key;
  if (job.step() == Step::set) {
    std::error_code ignored;
    const bool there = std::filesystem::is_regular_file(stored_.store().set(key), ignored);
    job.stage = there ? Stage::ok : Stage::missing;
    return;
  }
  JobState found;
  try {
    found = look_up(*job.job, stored_, retry_failed_);
  } catch (...) {  // the machine's: it may be good all the same
    job.stage = Stage::not_run;
    job.failure = machine_failure;
    job.reason = failure_of(std::current_exception()).message;
    return;
  }
  using Done = JobState::Done;
  if (found.done == Done::damaged || found.done == Done::absent) {
    if (aloud && !found.reason.empty()) calls_.made_anew(job, found.reason);
    job.stage = Stage::missing;
    return;
  }
  const auto& result = stored_.read(job.step(), key).result;
  job.sha256 = result.weights_sha256;
  if (found.done == Done::ok) {
    job.stage = Stage::ok;
  } else {
    job.stage = result.status == Status::failed ? Stage::failed : Stage::not_applicable;
    job.failure = result.failure;
    job.reason = result.reason;
  }
}

void RunGraph::want(RunJob& job) {
  see(job);
  if (job.stage != Stage::missing) return;
  job.stage = Stage::waiting;
  update(job);
}

void RunGraph::update(RunJob& job) {
  if (job.stage != Stage::waiting) return;
  bool all = true;
  for (auto* need : job.needs) {
    want(*need);
    if (job.stage != Stage::waiting) return;
    if (is_over(need->stage) && need->stage != Stage::ok) {
      if (need->step() == Step::set)  // what went wrong with it has no result of its own
        return calls_.fail(
            job, {need->stage == Stage::failed ? need->failure : machine_failure, need->reason});
      job.blame = need;
      if (job.again) return lose_weights(job, cannot_be_made_again(reason_of(*need)));
      return settle(job, Stage::blocked);
    }
    if (need->stage == Stage::ok && uses_weights(job, *need) && !provide_weights(*need)) {
      if (job.stage != Stage::waiting) return;
      if (need->weights == RunJob::Weights::lost) {
        if (job.again) return lose_weights(job, need->lost);
        return settle(job, Stage::not_run, {machine_failure, need->lost});
      }
    }
    all = all && need->stage == Stage::ok;
  }
  if (!all || job.stage != Stage::waiting) return;
  job.stage = Stage::ready;
  job.ready_since = RunJob::Clock::now();
  ready_[job.step()].push_back(&job);
}

// False if the weights of a job whose result is there have to be made again, or cannot be.
bool RunGraph::provide_weights(RunJob& job) {
  using Weights = RunJob::Weights;
  if (job.weights == Weights::unknown &&
      has_weights(stored_.store().weights(job.job->key), job.sha256))
    job.weights = Weights::there;
  if (job.weights != Weights::unknown) return job.weights == Weights::there;
  job.again = true;
  job.stage = Stage::waiting;
  update(job);
  return false;
}

void RunGraph::settle(RunJob& job, Stage stage, const JobFailure& why) {
  job.stage = stage;
  job.failure = why.kind;
  job.reason = why.reason;
  for (auto* other : job.needed_by) update(*other);
  for (auto* cell : job.cells) check(*cell, &job);
}

void RunGraph::put_back(RunJob& job) {
  job.stage = Stage::waiting;
  for (auto* need : job.needs)
    if (uses_weights(job, *need) && need->stage == Stage::ok &&
        need->weights == RunJob::Weights::there)
      need->weights = RunJob::Weights::unknown;  // others may have taken them away
  update(job);
}

void RunGraph::lose_weights(RunJob& job, const std::string& reason) {
  job.again = false;
  job.weights = RunJob::Weights::lost;
  job.lost = reason;
  settle(job, Stage::ok);
}

bool RunGraph::found_meanwhile(RunJob& job) {
  if (job.step() != Step::set) stored_.forget(job.step(), job.job->key);
  if (job.again) {
    job.stage = Stage::ok;
    job.weights = RunJob::Weights::unknown;
    if (!has_weights(stored_.store().weights(job.job->key), job.sha256)) {
      job.stage = Stage::ready;
      return false;
    }
    job.again = false;
    job.weights = RunJob::Weights::there;
  } else {
    std::error_code ignored;
    const auto& store = stored_.store();
    const auto file =
        job.step() == Step::set ? store.set(job.job->key) : store.result(job.step(), job.job->key);
    if (!std::filesystem::exists(file, ignored)) return false;
    job.stage = Stage::unseen;
    see(job, /*aloud=*/false);  // it was said before
    if (job.stage == Stage::missing) {
      job.stage = Stage::ready;
      return false;
    }
  }
  settle(job, job.stage, {job.failure, job.reason});
  return true;
}

bool RunGraph::needs_weights(const std::string& unlearn) const {
  const auto found = jobs_.find(unlearn);
  if (found == jobs_.end()) return false;
  return std::any_of(
      found->second.needed_by.begin(), found->second.needed_by.end(), [&](const auto* job) {
        return uses_weights(*job, found->second) && (!is_over(job->stage) || job->again);
      });
}

void RunGraph::check(RunCell& cell, const RunJob* last) {
  if (cell.over || !cell.cell->status.empty()) return;
  for (const auto* job : cell.jobs)
    if (!is_over(job->stage)) return;
  conclude(cell, last);
}

void RunGraph::conclude(RunCell& cell, const RunJob* last) {
  ++over_;
  end_cell(cell, last);
  calls_.over(cell);
}

}  // namespace lacuna
