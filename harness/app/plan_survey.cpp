#include "app/plan_survey.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "run/plan/selection.hpp"
#include "run/results/estimate.hpp"
#include "run/results/stored_jobs.hpp"

namespace lacuna {
namespace {

using nlohmann::ordered_json;

// What of the cells' jobs is there, and what the others would cost. A job that several cells need
// counts for the first of them.
class Survey {
 public:
  Survey(const Plan& plan, const std::filesystem::path& results) : plan_(plan) {
    if (results.empty()) return;  // an empty path would be the working folder
    stored_.emplace(Store(results));
    estimate_.emplace(*stored_);
  }

  ordered_json row(const PlannedCell& cell) {
    ordered_json out{{"key", cell.key},
                     {"state", ""},
                     {"model", cell.model},
                     {"request", cell.request},
                     {"label", cell.label},
                     {"seed", cell.is_original() ? ordered_json() : ordered_json(cell.seed)}};
    if (!cell.attack.empty()) out["attack"] = cell.attack;
    std::map<Step, std::int64_t> jobs;
    std::string reason;
    double seconds = 0;
    bool known = true, failed = false, missing = false, any = false;
    for (const auto& key : jobs_of(plan_, cell)) {
      const auto& job = plan_.jobs.at(key);
      if (job.step() == Step::set || !cell.status.empty()) continue;
      const auto state = state_of(job);
      const bool own = is_own(cell, key);
      failed = failed || (own && state.done == JobState::Done::failed);
      any = any || (own && state.done == JobState::Done::ok);
      if (state.done == JobState::Done::ok || is_blocked(key)) continue;
      missing = true;
      if (reason.empty()) reason = state.reason;
      if (!counted_.insert(key).second) continue;
      ++jobs[job.step()];
      const auto cost = estimate_ ? estimate_->seconds(job) : std::nullopt;
      known = known && cost.has_value();
      seconds += cost.value_or(0);
    }
    ordered_json counts;
    for (const auto step : {Step::unlearn, Step::predict, Step::score})
      counts[to_string(step)] = jobs[step];
    const bool nothing = jobs[Step::unlearn] + jobs[Step::predict] + jobs[Step::score] == 0;
    out["state"] = cell.status == "failed"           ? "no data"
                   : cell.status == "not_applicable" ? "not applicable"
                   : missing                         ? (any ? "in part" : "to run")
                   : failed                          ? "there (failed)"
                                                     : "there";
    out["reason"] = cell.status.empty() ? reason : cell.reason;
    out["jobs"] = std::move(counts);
    out["seconds"] = known && !nothing ? ordered_json(seconds) : ordered_json();
    return out;
  }

 private:
  JobState state_of(const Job& job) {
    return stored_ ? look_up(job, *stored_, /*retry_failed=*/false) : JobState();
  }

  // Failed, or resting on what has: it is not run.
  bool is_blocked(const std::string& key) {
    const auto job = plan_.jobs.find(key);
    if (job == plan_.jobs.end()) return false;
    if (state_of(job->second).done == JobState::Done::failed) return true;
    const auto& needs = job->second.needs;
    return std::any_of(needs.begin(), needs.end(),
                       [&](const auto& need) { return is_blocked(need); });
  }

  static bool is_own(const PlannedCell& cell, const std::string& key) {
    const auto holds = [&](const auto& jobs) {
      return std::any_of(jobs.begin(), jobs.end(),
                         [&](const auto& job) { return job.second == key; });
    };
    return key == cell.key || holds(cell.predict) || holds(cell.score);
  }

  const Plan& plan_;
  std::optional<StoredJobs> stored_;
  std::optional<Estimate> estimate_;
  std::set<std::string> counted_;
};

}  // namespace

ordered_json surveyed_cells(const Plan& plan, const std::vector<std::string>& only,
                            const std::filesystem::path& results) {
  Survey survey(plan, results);
  const auto selected = selected_cells(plan, only);
  auto rows = ordered_json::array();
  for (const auto& cell : plan.cells)
    if (selected.contains(cell.key)) rows.push_back(survey.row(cell));
  return rows;
}

}  // namespace lacuna
