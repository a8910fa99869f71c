#include "run/job_collector.hpp"

#include <fmt/format.h>

#include "run/order_maker.hpp"
#include "run/results/weights_budget.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

// A worker said that it was done, and what it made is not what it said.
class FalseWord : public Error {
 public:
  using Error::Error;
};

void check_made(const fs::path& file, const std::string& sha256) {
  std::error_code ignored;
  const auto name = file.filename().string();
  if (!fs::is_regular_file(file, ignored))
    throw FalseWord(fmt::format("left no result: {} is not there", name));
  if (sha256_file(file) != sha256)
    throw FalseWord(fmt::format("left no result: {} is not what it says", name));
}

}  // namespace

JobCollector::JobCollector(const Plan& plan, const Store& store, const RunOptions& options,
                           StoredJobs& stored, RunGraph& graph)
    : store_(store), options_(options), stored_(stored), graph_(graph) {
  for (const auto& evaluation : plan.evaluations) {
    if (evaluation.incomplete.empty()) continue;
    for (const auto& cell : plan.cells)
      if (const auto found = cell.predict.find(evaluation.id); found != cell.predict.end())
        incomplete_[found->second] = evaluation.incomplete;
  }
}

void JobCollector::take(const JobOutcome& outcome, const std::string& started) {
  auto& job = graph_.job(outcome.key);
  job.ran = true;
  job.seconds += outcome.record.value("seconds", 0.0);
  for_job(job, [&] {
    if (!outcome.ok) {
      if (outcome.failure.kind != machine_failure && job.step() != Step::set && !job.again &&
          job.step() != Step::score)
        write_json(store_.record(outcome.key),
                   record_of(*job.job, started, outcome.record, options_));
      return fail(job, outcome.failure, outcome.trajectory);
    }
    try {
      finish(job, outcome, started);
    } catch (const FalseWord& error) {
      const std::string step = to_string(job.step());
      fail(job, {"crash", fmt::format("{}: {} (its output is in {})", step, error.what(),
                                      shown_log(store_.log(outcome.key)))});
    }
  });
}

void JobCollector::finish(RunJob& job, const JobOutcome& outcome, const std::string& started) {
  const auto& key = outcome.key;
  auto result = outcome.result;
  switch (job.step()) {
    case Step::set:
      return graph_.settle(job, Stage::ok);
    case Step::unlearn:
      check_made(made_weights(store_, key), result.weights_sha256);
      if (job.again) return finish_unlearning(job, result);
      finish_unlearning(job, result);
      break;
    case Step::predict:
      check_made(made_outcome(store_, key), result.outcome_sha256);
      fs::rename(made_outcome(store_, key), store_.outcome(key));
      if (const auto found = incomplete_.find(key); found != incomplete_.end())
        result.incomplete = found->second;
      break;
    case Step::score:
      if (result.per_sample_sha256.empty()) break;
      check_made(made_per_sample(store_, key), result.per_sample_sha256);
      fs::rename(made_per_sample(store_, key), store_.per_sample(key));
      break;
  }
  // A metric is a pure function of files that say where they were made.
  if (job.step() != Step::score)
    write_json(store_.record(key), record_of(*job.job, started, outcome.record, options_));
  result = store_result(store_, *job.job, std::move(result));
  stored_.forget(job.step(), key);
  const bool ok = result.status == Status::ok;
  graph_.settle(job, ok ? Stage::ok : Stage::failed, {result.failure, result.reason});
}

// Moves the weights to their place. Those that were made again have to be what they were.
void JobCollector::finish_unlearning(RunJob& job, JobResult& result) {
  const auto& key = job.job->key;
  if (job.again && result.weights_sha256 != job.sha256) {
    return graph_.lose_weights(
        job,
        fmt::format("its weights, made again, are others ({}, unlearn/{}.json says {}: another "
                    "machine or library)",
                    result.weights_sha256, key, job.sha256));
  }
  fs::create_directories(store_.weights(key).parent_path());
  fs::rename(made_weights(store_, key), store_.weights(key));
  touch_weights(store_, key);
  job.weights = RunJob::Weights::there;
  job.sha256 = result.weights_sha256;
  if (!job.again) return;
  job.again = false;
  graph_.settle(job, Stage::ok);
}

void JobCollector::fail(RunJob& job, const JobFailure& failure, nlohmann::json trajectory) {
  if (job.again) return graph_.lose_weights(job, cannot_be_made_again(failure.reason));
  if (failure.kind == machine_failure)
    return graph_.settle(job, Stage::not_run, {failure.kind, failure.reason});
  if (job.step() == Step::set) return graph_.settle(job, Stage::failed, failure);
  for_job(job, [&] {
    // A good result stays: of another run on a disk without locks, which took this one's files.
    stored_.forget(job.step(), job.job->key);
    const auto& stored = stored_.read(job.step(), job.job->key);
    if (stored.is_ok()) {
      job.sha256 = stored.result.weights_sha256;
      return graph_.settle(job, Stage::ok);
    }
    auto result = failed_result(*job.job, failure.kind, failure.reason, std::move(trajectory));
    // What the plan found out is found out again by every run.
    if (job.ran || !stored.usable() || to_json(stored.result) != to_json(result)) {
      result = store_result(store_, *job.job, std::move(result));
      job.ran = true;
    }
    stored_.forget(job.step(), job.job->key);
    const bool failed = result.status == Status::failed;
    graph_.settle(job, failed ? Stage::failed : Stage::not_applicable,
                  {result.failure, result.reason});
  });
}

void JobCollector::give_up(RunJob& job, const std::exception_ptr& exception) {
  using Cause = Failure::Cause;
  const auto failure = lacuna::failure_of(exception);
  const bool machine = failure.cause == Cause::machine || failure.cause == Cause::out_of_memory;
  if (job.again) return graph_.lose_weights(job, cannot_be_made_again(failure.message));
  graph_.settle(job, machine ? Stage::not_run : Stage::not_stored,
                {machine_failure, failure.message});
}

}  // namespace lacuna
