// Plans as JSON: for the parent process, and for readers of a results folder.
#include "run/plan.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

json evaluations_of(const Plan& plan) {
  auto out = json::array();
  for (const auto& [id, role, title, incomplete] : plan.evaluations) {
    out.push_back({{"id", id}, {"role", role}, {"title", title}});
    if (!incomplete.empty()) out.back()["incomplete"] = incomplete;
  }
  return out;
}

json suite_of(const Plan& plan) {
  return {{"name", plan.name}, {"title", plan.title}, {"sha256", plan.sha256}};
}

// The columns that a reader of the plan sees. An original says which of the suite's evaluations its
// request has, unless it has all.
json row(const PlannedCell& cell, const Plan& plan) {
  json out{{"key", cell.key}, {"model", cell.model}, {"request", cell.request}};
  if (cell.is_original()) {
    const auto& evaluations = cell.cell.at("evaluations");
    if (evaluations.size() == plan.evaluations.size()) return out;
    for (const auto& evaluation : evaluations) out["evaluations"].push_back(evaluation.at("id"));
    return out;
  }
  out["original"] = cell.original;
  out["method"] = cell.method;
  out["label"] = cell.label;
  out["seed"] = cell.seed;
  return out;
}

}  // namespace

json Plan::metric_plugins() const {
  auto out = metrics;
  for (auto& metric : out) metric.erase("library");
  return out;
}

json to_json(const Plan& plan) {
  auto cells = json::array();
  for (const auto& cell : plan.cells) {
    cells.push_back({{"key", cell.key},
                     {"original", cell.original},
                     {"model", cell.model},
                     {"request", cell.request},
                     {"method", cell.method},
                     {"label", cell.label},
                     {"seed", cell.seed},
                     {"cell", cell.cell},
                     {"status", cell.status},
                     {"reason", cell.reason},
                     {"set", cell.set},
                     {"unlearn", cell.unlearn},
                     {"evaluate", cell.evaluate},
                     {"matching", cell.matching}});
  }
  auto missing = json::array();
  for (const auto& [kind, name, reason] : plan.missing)
    missing.push_back({{"kind", kind}, {"name", name}, {"reason", reason}});
  return {{"suite", suite_of(plan)}, {"cells", cells},
          {"sets", plan.sets},       {"evaluations", evaluations_of(plan)},
          {"metrics", plan.metrics}, {"warnings", plan.warnings},
          {"missing", missing},      {"published", plan.published}};
}

Plan plan_from(const json& from) {
  Plan plan;
  const auto& suite = from.at("suite");
  plan.name = suite.at("name");
  plan.title = suite.at("title");
  plan.sha256 = suite.at("sha256");
  for (const auto& it : from.at("cells")) {
    plan.cells.push_back({it.at("key"), it.at("original"), it.at("model"), it.at("request"),
                          it.at("method"), it.at("label"), it.at("seed"), it.at("cell"),
                          it.at("status"), it.at("reason"), it.at("set"), it.at("unlearn"),
                          it.at("evaluate"), it.at("matching")});
  }
  plan.sets = from.at("sets").get<std::map<std::string, json>>();
  for (const auto& it : from.at("evaluations"))
    plan.evaluations.push_back(
        {it.at("id"), it.at("role"), it.at("title"), it.value("incomplete", "")});
  plan.metrics = from.at("metrics");
  plan.warnings = from.at("warnings").get<std::vector<std::string>>();
  for (const auto& it : from.at("missing"))
    plan.missing.push_back({it.at("kind"), it.at("name"), it.at("reason")});
  plan.published = from.at("published");
  return plan;
}

json published(const Plan& plan) {
  auto cells = json::array(), originals = json::array(), metrics = json::array();
  for (const auto& cell : plan.cells)
    (cell.is_original() ? originals : cells).push_back(row(cell, plan));
  for (const auto& metric : plan.metrics)
    metrics.push_back({{"id", metric.at("id")}, {"version", metric.at("version")}});
  json out{{"schema_version", 1},
           {"suite", suite_of(plan)},
           {"cells", cells},
           {"originals", originals},
           {"evaluations", evaluations_of(plan)},
           {"metrics", metrics}};
  if (!plan.published.empty()) out["published"] = plan.published;
  return out;
}

}  // namespace lacuna
