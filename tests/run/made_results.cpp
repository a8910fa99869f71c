#include "made_results.hpp"

#include <ATen/ATen.h>

#include <set>
#include <variant>

#include "lacuna/random.hpp"
#include "model/weights/safetensors.hpp"
#include "run/results/job_result.hpp"
#include "run/results/outcome_file.hpp"
#include "run/results/store.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna::testing {
namespace {

// Eight colours in four groups, four pictures of each; as tests/run/fixtures/others/tiny.cpp.
Predicted predicted(const PredictSpec& spec, const std::string& key) {
  Predicted out;
  out.taxonomy.fine = {"red", "pink", "green", "olive", "blue", "navy", "grey", "black"};
  const auto target = at::repeat_interleave(at::arange(8, at::kLong), 4);
  const bool flat = spec.dataset.params.value("flat", false);
  if (!flat) {
    out.taxonomy.coarse = {"warm", "fresh", "cold", "dull"};
    out.taxonomy.parent = {0, 0, 1, 1, 2, 2, 3, 3};
  }
  SplitMix random(derive_seed(5, key));
  const auto guesses = [&](const char* question, const at::Tensor& right, std::int64_t names) {
    auto labels = right.clone();
    for (std::int64_t i = 0; i < labels.numel(); ++i)
      if (random.between(0, 2) == 0) labels[i] = random.between(0, names - 1);
    out.asked.push_back({.question = question, .target = right, .forget = {}});
    out.outcome.columns[std::string(question) + "/predicted"] = labels;
  };
  guesses("fine", target, 8);
  if (!flat) guesses("coarse", target.div(2, "floor"), 4);
  return out;
}

JobResult ok_of(const Job& job) {
  JobResult out;
  out.step = job.step();
  out.key = job.key;
  out.spec = std::visit([](const auto& spec) { return to_json(spec, Fields::identity); }, job.spec);
  out.status = Status::ok;
  return out;
}

StoredValue value(const std::string& name, double number) {
  StoredValue out;
  out.name = name;
  out.value = number;
  out.lower = 0;
  out.upper = 1;
  return out;
}

void score(const Store& store, const ScoreSpec& spec, JobResult& result) {
  NamedTensors contributions;
  for (const auto& one : spec.evaluations) {
    for (const auto& key : {one.before, one.after})
      result.outcomes[key] = sha256_file(store.outcome(key));
    const auto evaluation =
        evaluation_of(one.id, one.role, load_outcome(store.outcome(one.before)),
                      load_outcome(store.outcome(one.after)), one.forget, one.forget_coarse);
    if (spec.metric.id != "accuracy") continue;
    const auto hits = count(evaluation, evaluation.after, Group::retain, "fine");
    result.values.push_back(value("retain_fine", static_cast<double>(hits.correct) / hits.n));
    result.values.back().count = hits;
    result.values.back().evaluation = one.id;
    result.values.back().title = "fine";
    result.values.back().group = "Retain set";
    const auto rows = rows_of(evaluation, Group::retain, "fine");
    contributions["retain_fine"] = evaluation.after.at("fine/predicted")
                                       .eq(evaluation.asked.front().target)
                                       .masked_select(rows)
                                       .to(at::kFloat);
  }
  if (result.values.empty()) result.values.push_back(value(spec.metric.id, 0.5));
  if (contributions.empty()) return;
  save_safetensors(store.per_sample(result.key), contributions);
  result.per_sample_sha256 = sha256_file(store.per_sample(result.key));
}

}  // namespace

void make_results(const std::filesystem::path& folder, const Plan& plan) {
  const Store store(folder);
  write_json(store.plan(plan.name), published(plan));
  for (const auto step : {Step::unlearn, Step::predict, Step::score}) {
    for (const auto& [key, job] : plan.jobs) {
      if (job.step() != step) continue;
      auto result = ok_of(job);
      if (step == Step::unlearn) {
        result.weights_sha256 = sha256(key);
        result.trajectory = {{"kept_epoch", 1},
                             {"epochs", nlohmann::json::array()},
                             {"steps", {{{"step", 1}, {"loss", 0.5}, {"forget_accuracy", 0.25}}}},
                             {"fewer_samples", {{"red", 2}}}};
      }
      if (step == Step::predict) {
        save_outcome(store.outcome(key), predicted(std::get<PredictSpec>(job.spec), key));
        result.outcome_sha256 = sha256_file(store.outcome(key));
      }
      if (step == Step::score) score(store, std::get<ScoreSpec>(job.spec), result);
      write_json(store.result(step, key), to_json(result));
    }
  }
}

}  // namespace lacuna::testing
