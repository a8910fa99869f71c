#include "run/collect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/machine.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

using nlohmann::json;

namespace {

// Values that the counts contradict, and with them all of their plugin's.
void drop_false_metrics(json& result, const std::set<std::string>& plugins) {
  const auto drop = [&](const char* list, const char* id) {
    auto kept = json::array();
    for (auto& row : result.value(list, json::array()))
      if (!plugins.contains(row.value(id, ""))) kept.push_back(std::move(row));
    result[list] = std::move(kept);
  };
  drop("metrics", "metric");
  drop("metric_plugins", "id");
}

std::set<std::string> metrics_to_compute(const Plan& plan, const json& result) {
  const auto there = result.value("metric_plugins", json::array());
  std::set<std::string> out;
  for (const auto& plugin : plan.metric_plugins()) {
    if (std::find(there.begin(), there.end(), plugin) == there.end()) out.insert(plugin.at("id"));
  }
  return out;
}

}  // namespace

LookUp look_up(const PlannedCell& cell, const Plan& plan, const Store& store, StoredCells& stored,
               const RunOptions& options) {
  using Stored = LookUp::Stored;
  std::error_code ignored;
  auto found = stored.read(cell.key, cell.original);
  if (!found.usable()) return {.reason = found.reason};
  if (found.result.status != Status::ok) {
    if (options.retry_failed && found.result.status == Status::failed) return {};
    return {.stored = Stored::complete, .result = std::move(found.content)};
  }
  if (!found.result.unchecked.empty()) return {.reason = found.reason};  // nothing to score
  if (options.keep_weights && !cell.is_original() &&
      !std::filesystem::is_regular_file(store.weights(cell.key), ignored)) {
    return {};
  }
  LookUp out{.result = std::move(found.content), .reason = found.reason};
  if (!found.false_metrics.empty()) drop_false_metrics(out.result, found.false_metrics);
  out.metrics = metrics_to_compute(plan, out.result);
  const bool complete = out.metrics.empty() && found.false_metrics.empty();
  out.stored = complete ? Stored::complete : Stored::other_metrics;
  return out;
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
  const auto former = stored.value("metrics", json::array());
  const auto former_plugins = stored.value("metric_plugins", json::array());
  const auto computed = metrics_to_compute(plan, stored);
  std::set<std::string> planned;
  auto rows = json::array();
  const auto take = [&](const json& from, const std::string& id) {
    for (const auto& row : from)
      if (row.at("metric") == id) rows.push_back(row);
  };
  auto plugins = plan.metric_plugins();
  for (const auto& plugin : plugins) {
    const std::string id = plugin.at("id");
    planned.insert(id);
    take(computed.contains(id) ? evaluated.at("metrics") : former, id);
  }
  // Another suite's, which shares this cell: they are as right as they were.
  for (const auto& row : former)
    if (!planned.contains(row.value("metric", ""))) rows.push_back(row);
  for (const auto& plugin : former_plugins)
    if (!planned.contains(plugin.at("id").get<std::string>())) plugins.push_back(plugin);
  stored["metrics"] = std::move(rows);
  stored["metric_plugins"] = std::move(plugins);
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

std::string why_too_long(const json& result) {
  const auto bytes = json_text(result).size() + 1;
  if (bytes <= kMostText) return "";
  return fmt::format("its result has {} bytes (at most {})",
                     grouped(static_cast<std::int64_t>(bytes)),
                     grouped(static_cast<std::int64_t>(kMostText)));
}

json store_result(const Store& store, const PlannedCell& cell, json result) {
  if (const auto reason = why_too_long(result); !reason.empty())
    result = failed_result(cell.key, cell.cell, {"exception", reason});
  write_json(store.cell(cell.key), result);
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
