#include "run/collect.hpp"

#include "run/machine.hpp"
#include "support/hash.hpp"

namespace lacuna {

using nlohmann::json;

Stored look_up(const PlannedCell& cell, const Plan& plan, const Store& store,
               const RunOptions& options, json& stored) {
  auto found = store.read_cell(cell.key);
  if (!found) return Stored::missing;
  stored = std::move(*found);
  const auto& status = stored.at("status");
  if (status == "failed") return options.retry_failed ? Stored::missing : Stored::complete;
  if (status == "not_applicable") return Stored::complete;
  if (!store.predictions_intact(stored)) return Stored::missing;
  if (options.keep_weights && !cell.is_original() &&
      !std::filesystem::exists(store.weights(cell.key))) {
    return Stored::missing;
  }
  return stored.value("metric_plugins", json()) == plan.metric_plugins() ? Stored::complete
                                                                         : Stored::other_metrics;
}

json evaluated_result(const PlannedCell& cell, const Plan& plan, const Store& store,
                      const json& evaluated, const json& trajectory) {
  auto result = ok_result(cell.key, cell.cell);
  result["counts"] = evaluated.at("counts");
  if (!evaluated.at("flips").empty()) result["flips"] = evaluated.at("flips");
  if (!trajectory.is_null()) result["trajectory"] = trajectory;
  if (!cell.matching.empty()) result["matching"] = cell.matching;
  result["predictions"] = {{"file", Store::relative_predictions(cell.key)},
                           {"sha256", sha256_file(store.predictions(cell.key))}};
  return rescored_result(std::move(result), plan, evaluated);
}

json rescored_result(json stored, const Plan& plan, const json& evaluated) {
  stored["metrics"] = evaluated.at("metrics");
  stored["metric_plugins"] = plan.metric_plugins();
  for (const auto& evaluation : plan.evaluations) {
    if (!evaluation.incomplete.empty() && stored.at("counts").contains(evaluation.id))
      stored["incomplete"][evaluation.id] = evaluation.incomplete;
  }
  return stored;
}

json partial_trajectory(const std::vector<json>& progress) {
  auto steps = json::array();
  for (const auto& message : progress) {
    if (!message.contains("loss")) continue;
    steps.push_back({{"step", message.at("step")},
                     {"epoch", message.value("epoch", json())},
                     {"loss", message.at("loss")},
                     {"forget_accuracy", message.value("forget_accuracy", json())}});
  }
  if (steps.empty()) return nullptr;
  return {{"steps", steps}, {"epochs", json::array()}};
}

json record_of(const std::string& key, const std::string& started, const json& steps,
               const RunOptions& options) {
  static const auto machine = machine_record();
  static const auto build = build_record();
  return {{"schema_version", 1},      {"key", key},
          {"started", started},       {"finished", utc_now()},
          {"device", options.device}, {"threads", options.threads},
          {"jobs", options.jobs},     {"steps", steps},
          {"machine", machine},       {"build", build}};
}

}  // namespace lacuna
