// The step that gives a cell its numbers. It knows weights, datasets and metrics, and never loads a
// method.
#include <ATen/ATen.h>

#include "model/checkpoint.hpp"
#include "model/flips.hpp"
#include "model/zero_shot.hpp"
#include "run/compute.hpp"
#include "run/predictions.hpp"
#include "run/progress_file.hpp"
#include "run/score.hpp"
#include "run/worker.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// What `evaluate` computes: predictions, and what a precision below float32 changed of them.
struct Predicted {
  std::vector<EvaluationPredictions> evaluations;
  json flips = json::object();
};

Predicted predict_all(const json& job, Registry& registry) {
  const auto device = prepare_compute(job.at("device"), job.at("threads"));
  auto checkpoint = load_checkpoint(
      job.at("model").get<std::string>(),
      {.weights = job.value("weights", ""), .vocabulary = job.value("vocabulary", "")});
  for (auto& [name, tensor] : checkpoint.weights) tensor = tensor.to(device);
  const Clip clip(checkpoint.config, checkpoint.weights);

  Predicted out;
  for (const auto& one : job.at("evaluations")) {
    report_progress({.step = static_cast<std::int64_t>(out.evaluations.size()),
                     .steps = static_cast<std::int64_t>(job.at("evaluations").size())});
    const auto dataset = open_dataset(registry, one.at("dataset"), job.at("data"));
    EvaluationPredictions evaluation{one.at("id"), role_from(one.at("role")), one.at("forget"), {}};
    const std::string split = one.at("split"), precision = one.at("precision");
    evaluation.predictions = naming(one.at("dataset").at("id"), [&] {
      return predict(clip, checkpoint.tokenizer, *dataset, split, evaluation.forget, precision);
    });
    if (precision != "float32") {
      const auto flips = flips_against_float32(clip, checkpoint.tokenizer, *dataset, split,
                                               evaluation.predictions);
      out.flips[evaluation.id] = {{"precision", precision}, {"n", flips.n}, {"fine", flips.fine}};
      if (evaluation.predictions.taxonomy.hierarchical())
        out.flips[evaluation.id]["coarse"] = flips.coarse;
    }
    evaluation.forget_coarse = one.value("forget_coarse", evaluation.forget_coarse);
    mark_forgotten_coarse(evaluation);
    out.evaluations.push_back(std::move(evaluation));
  }
  return out;
}

}  // namespace

json worker_evaluate(const json& job) {
  Registry registry;
  std::vector<EvaluationPredictions> after;
  auto flips = json::object();
  if (job.contains("known")) {  // predictions of an earlier run: only the metrics are new
    after = load_predictions(job.at("known").get<std::string>());
  } else {
    auto predicted = predict_all(job, registry);
    after = std::move(predicted.evaluations);
    flips = std::move(predicted.flips);
    save_predictions(job.at("predictions").get<std::string>(), after);
  }
  const auto before =
      job.contains("before") ? load_predictions(job.at("before").get<std::string>()) : after;
  auto counts = json::object();
  for (const auto& evaluation : after) counts[evaluation.id] = counts_of(evaluation);
  for (const auto& metric : job.at("metrics"))
    load_once(registry, metric.at("library").get<std::string>());
  return {{"counts", counts},
          {"flips", flips},
          {"metrics", score(before, after, job.at("metrics"), registry)}};
}

}  // namespace lacuna
