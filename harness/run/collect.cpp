#include "run/collect.hpp"

#include <fmt/format.h>

#include "run/machine.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

using nlohmann::json;

Stored look_up(const PlannedCell& cell, const Plan& plan, const Store& store,
               const RunOptions& options, json& stored) {
  std::error_code ignored;
  auto found = store.read_cell(cell.key);
  if (!found) return Stored::missing;
  stored = std::move(*found);
  const auto& status = stored.at("status");
  if (status == "failed") return options.retry_failed ? Stored::missing : Stored::complete;
  if (status == "not_applicable") return Stored::complete;
  if (!store.predictions_intact(stored)) return Stored::missing;
  if (options.keep_weights && !cell.is_original() &&
      !std::filesystem::is_regular_file(store.weights(cell.key), ignored)) {
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

json partial_trajectory(const std::vector<StepProgress>& progress) {
  auto steps = json::array();
  for (const auto& message : progress) {
    if (!message.loss) continue;
    steps.push_back(
        {{"step", message.step},
         {"epoch", message.epoch ? json(*message.epoch) : json()},
         {"loss", *message.loss},
         {"forget_accuracy", message.forget_accuracy ? json(*message.forget_accuracy) : json()}});
  }
  if (steps.empty()) return nullptr;
  return {{"steps", steps}, {"epochs", json::array()}};
}

json store_result(const Store& store, const PlannedCell& cell, json result) {
  auto text = json_text(result) + "\n";
  if (text.size() > kMostText) {
    result =
        failed_result(cell.key, cell.cell,
                      {"exception", fmt::format("its result has {} bytes (at most {})",
                                                grouped(static_cast<std::int64_t>(text.size())),
                                                grouped(static_cast<std::int64_t>(kMostText)))});
    text = json_text(result) + "\n";
  }
  write_file_atomically(store.cell(cell.key), text);
  return result;
}

void move_files(const Store& store, const PlannedCell& cell, const RunOptions& options) {
  std::filesystem::rename(store.made_predictions(cell.key), store.predictions(cell.key));
  if (!options.keep_weights || cell.is_original()) return;
  std::filesystem::create_directories(store.weights(cell.key).parent_path());
  std::filesystem::rename(store.made_weights(cell.key), store.weights(cell.key));
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
