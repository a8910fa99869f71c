#include "run/status.hpp"

#include <set>

#include "lacuna/error.hpp"
#include "run/plan/plan.hpp"
#include "run/results/stored_cell.hpp"
#include "support/json_files.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

const char* state_of(const StoredJob& job) {
  if (job.state == StoredJob::State::damaged) return "damaged";
  if (job.state != StoredJob::State::sound) return "missing";
  return job.result.status == Status::ok ? "done" : "failed";
}

// The jobs that are the cell's own.
std::set<std::pair<Step, std::string>> jobs_of_cell(const PlannedCell& cell) {
  std::set<std::pair<Step, std::string>> out;
  if (cell.status.empty() && !cell.is_original()) out.insert({Step::unlearn, cell.key});
  for (const auto& [id, key] : cell.predict) out.insert({Step::predict, key});
  for (const auto& [id, key] : cell.score) out.insert({Step::score, key});
  return out;
}

json job_totals(const std::set<std::pair<Step, std::string>>& jobs, StoredJobs& stored) {
  json out{{"done", 0}, {"failed", 0}, {"damaged", 0}, {"missing", 0}};
  for (const auto& [step, key] : jobs) {
    auto& total = out[state_of(stored.read(step, key))];
    total = total.get<int>() + 1;
  }
  return out;
}

bool is_running(const PlannedCell& cell, const Store& store) {
  if (FileLock::is_held(store.lock(cell.key))) return true;
  for (const auto* jobs : {&cell.predict, &cell.score})
    for (const auto& [id, key] : *jobs)
      if (FileLock::is_held(store.lock(key))) return true;
  return false;
}

json cell_status(const Plan& plan, const PlannedCell& cell, StoredJobs& stored) {
  json row{{"key", cell.key},
           {"model", cell.model},
           {"request", cell.request},
           {"method", cell.method},
           {"label", cell.label},
           {"seed", cell.is_original() ? json() : json(cell.seed)},
           {"jobs", job_totals(jobs_of_cell(cell), stored)}};
  if (!cell.attack.empty()) row["attack"] = cell.attack;
  if (is_running(cell, stored.store())) {
    row["status"] = "running";
    return row;
  }
  const auto found = stored_cell(plan, cell, stored, /*contributions=*/false);
  const auto& result = found.result;
  row["status"] = to_string(result.status);
  if (!result.reason.empty()) row["reason"] = result.reason;
  if (!result.failure.empty()) row["failure"] = result.failure;
  for (const auto& value : result.values)
    if (value.name == value.metric && value.reason.starts_with("failed: "))
      row["failed_metrics"][value.metric] = value.reason.substr(8);
  const auto& damage = found.damage.empty() ? result.unchecked : *found.damage.begin();
  if (damage.empty()) return row;
  row["status"] = "damaged";
  row["reason"] = damage;
  row.erase("failure");
  return row;
}

json suite_status(const Plan& plan, StoredJobs& stored) {
  json totals{{"ok", 0},      {"failed", 0},  {"not_applicable", 0},
              {"running", 0}, {"missing", 0}, {"damaged", 0}};
  auto cells = json::array();
  std::set<std::pair<Step, std::string>> jobs;
  for (const auto& cell : plan.cells) {
    jobs.merge(jobs_of_cell(cell));
    cells.push_back(cell_status(plan, cell, stored));
    auto& total = totals[cells.back().at("status").get<std::string>()];
    total = total.get<int>() + 1;
  }
  return {{"name", plan.name},
          {"title", plan.title},
          {"totals", totals},
          {"jobs", job_totals(jobs, stored)},
          {"cells", cells}};
}

}  // namespace

json folder_status(const std::filesystem::path& folder) {
  const auto files = json_files(folder / "plans");
  if (files.empty())
    throw ConfigError(folder.string() +
                      ": holds no plan (give a folder that `lacuna run --out` made)");
  auto suites = json::array();
  StoredJobs stored{Store(folder)};
  for (const auto& file : files) suites.push_back(suite_status(read_published_plan(file), stored));
  return {{"suites", suites}};
}

}  // namespace lacuna
