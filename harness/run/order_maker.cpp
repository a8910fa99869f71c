#include "run/order_maker.hpp"

#include "run/jobs/orders.hpp"

namespace lacuna {
namespace {

std::filesystem::path result_of(const Store& store, const RunJob& job) {
  return store.work(job.job->key) / "result.json";
}

SetOrder order_of(const SetSpec& spec, const RunJob& job, const Store& store) {
  return {.key = job.job->key,
          .spec = spec,
          .result = result_of(store, job),
          .set = store.set(job.job->key)};
}

UnlearnOrder order_of(const UnlearnSpec& spec, const RunJob& job, const Store& store) {
  const auto& key = job.job->key;
  UnlearnOrder out{.key = key, .spec = spec, .result = result_of(store, job)};
  out.set = store.set(spec.set);
  if (!spec.input.empty()) out.input = store.weights(spec.input);
  out.weights = made_weights(store, key);
  out.work = store.work(key) / "door";
  return out;
}

PredictOrder order_of(const PredictSpec& spec, const RunJob& job, const Store& store) {
  PredictOrder out{.key = job.job->key, .spec = spec, .result = result_of(store, job)};
  if (!spec.unlearn.empty()) out.weights = store.weights(spec.unlearn);
  out.outcome = made_outcome(store, job.job->key);
  return out;
}

ScoreOrder order_of(const ScoreSpec& spec, const RunJob& job, const Store& store) {
  return {.key = job.job->key,
          .spec = spec,
          .result = result_of(store, job),
          .outcomes = store.folder() / to_string(Step::predict),
          .per_sample = made_per_sample(store, job.job->key)};
}

template <class Spec>
nlohmann::json content_of(const std::vector<RunJob*>& jobs, const Store& store) {
  using Order = decltype(order_of(std::declval<const Spec&>(), *jobs.front(), store));
  Orders<Order> out;
  for (const auto* job : jobs)
    out.jobs.push_back(order_of(std::get<Spec>(job->job->spec), *job, store));
  return to_json(out, Fields::all);
}

}  // namespace

std::filesystem::path made_weights(const Store& store, const std::string& unlearn) {
  return store.work(unlearn) / "weights.safetensors";
}
std::filesystem::path made_outcome(const Store& store, const std::string& predict) {
  return store.work(predict) / "outcome.safetensors";
}
std::filesystem::path made_per_sample(const Store& store, const std::string& score) {
  return store.work(score) / "per_sample.safetensors";
}

WorkOrder order_for(const std::vector<RunJob*>& jobs, const Store& store,
                    const std::string& label) {
  WorkOrder out{.step = jobs.front()->step(), .label = label};
  for (const auto* job : jobs) {
    out.keys.push_back(job->job->key);
    out.folders.push_back(store.work(job->job->key));
    out.logs.push_back(store.log(job->job->key));
  }
  switch (out.step) {
    case Step::set:
      out.content = content_of<SetSpec>(jobs, store);
      break;
    case Step::unlearn:
      out.content = content_of<UnlearnSpec>(jobs, store);
      break;
    case Step::predict:
      out.content = content_of<PredictSpec>(jobs, store);
      break;
    case Step::score:
      out.content = content_of<ScoreSpec>(jobs, store);
      break;
  }
  return out;
}

}  // namespace lacuna
