#include "run/score.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "support/failure.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

std::vector<Evaluation> paired(const std::vector<EvaluationPredictions>& before,
                               const std::vector<EvaluationPredictions>& after) {
  std::vector<Evaluation> out;
  for (const auto& mine : after) {
    const auto original = std::find_if(before.begin(), before.end(),
                                       [&](const auto& it) { return it.id == mine.id; });
    if (original == before.end() ||
        !at::equal(original->predictions.fine_target, mine.predictions.fine_target)) {
      throw ConfigError(
          mine.id +
          ": the original model was evaluated on other pictures (delete its predictions)");
    }
    out.push_back({mine.id, mine.role, original->predictions, mine.predictions});
  }
  return out;
}

json row(const Value& value) {
  json out{
      {"name", value.name}, {"unit", value.unit}, {"higher_is_better", value.higher_is_better}};
  out["lower"] = value.lower ? json(*value.lower) : json();
  out["upper"] = value.upper ? json(*value.upper) : json();
  const bool finite = value.value && std::isfinite(*value.value);
  out["value"] = finite ? json(*value.value) : json();
  if (!finite) {
    out["reason"] = value.value            ? "the value is not finite"
                    : value.reason.empty() ? "undefined"
                                           : value.reason;
  }
  return out;
}

}  // namespace

json score(const std::vector<EvaluationPredictions>& before,
           const std::vector<EvaluationPredictions>& after, const json& metrics,
           const Registry& registry) {
  const auto evaluations = paired(before, after);
  auto rows = json::array();
  for (const auto& use : metrics) {
    const std::string id = use.at("id");
    const auto& entry = *registry.find(Kind::metric, id).entry;
    std::vector<Value> values;
    try {
      values =
          guarded(id, [&] { return entry.make_metric(use.at("params"))->compute(evaluations); });
    } catch (...) {
      values = {{.name = id,
                 .value = {},
                 .reason = "failed: " + failure_of(std::current_exception()).message}};
    }
    for (const auto& value : values) {
      auto one = row(value);
      one["metric"] = id;
      one["version"] = entry.info.version;
      rows.push_back(std::move(one));
    }
  }
  return rows;
}

}  // namespace lacuna
