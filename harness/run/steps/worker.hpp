// The processes of a run. Each sees only what its step needs: `plan` everything but no results,
// `set` the training split, `unlearn` the model, samples and one method plugin, `predict` weights
// and the test splits, `score` predictions and metrics.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "lacuna/error.hpp"
#include "plugin/registry.hpp"
#include "run/jobs/orders.hpp"
#include "run/results/job_result.hpp"

namespace lacuna {

// Body of `lacuna worker STEP --job FILE`. The file says what to do (orders.hpp), and for each job
// under "result" where the outcome goes as soon as it is known: {"status": "ok", …} or {"status":
// "failed", "failure": …, "reason": …}; under "progress", if it is there, where messages of how far
// it is go, and under "run" with which run it ends. Whoever starts it may be anybody. Returns the
// exit status: 0 ok, 1 failed and told so, or unwritten_result + the system's reason; behind a job
// that failed there may be others that it did not begin. A crash leaves no result; the run sees
// that.
int run_worker(const std::string& step, const std::filesystem::path& job);

// A dataset that was there at planning time and is not now.
class DataMissing : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// A setting that turned out to mean nothing for the method: no failure, and no result either.
class NotApplicable : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// The steps of which a worker does one. Each returns what its result holds besides the status.
nlohmann::json worker_describe(const nlohmann::json& job);
nlohmann::json worker_plan(const nlohmann::json& job);

// The jobs of the others, done in order. A worker of sets or one that unlearns has one.
void worker_set(const SetOrder& order, const WorkerHead& head);
JobResult worker_unlearn(const UnlearnOrder& order, const WorkerHead& head);

// An ok result of this job with nothing in it yet.
template <class Order>
JobResult result_of(Step step, const Order& order) {
  JobResult out;
  out.step = step;
  out.key = order.key;
  out.spec = to_json(order.spec, Fields::identity);
  out.status = Status::ok;
  return out;
}

// Loads the plugin file of a dataset into `registry` and constructs it. Throws DataMissing.
std::unique_ptr<Dataset> open_dataset(Registry& registry, const DatasetSpec& spec,
                                      const std::vector<std::filesystem::path>& data);

// Loads a plugin file unless one of `registry`'s plugins came from it already.
void load_once(Registry& registry, const std::filesystem::path& library);

}  // namespace lacuna
