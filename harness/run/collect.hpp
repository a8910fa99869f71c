// From what workers left to the files of a results folder.
#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "run/cell.hpp"
#include "run/plan.hpp"
#include "run/progress_file.hpp"
#include "run/scheduler.hpp"
#include "run/store.hpp"
#include "run/stored_cells.hpp"

namespace lacuna {

// What is left to be done for a planned cell.
struct LookUp {
  enum class Stored { complete, other_metrics, missing };
  Stored stored = Stored::missing;
  nlohmann::json result = {};  // its file; null where missing
  // other_metrics: the ids of the plan's metrics that are to be computed.
  std::set<std::string> metrics = {};
  std::string reason = {};  // why what is there does not do; empty if nothing is there or it does
};

LookUp look_up(const PlannedCell& cell, const Plan& plan, const Store& store, StoredCells& stored,
               const RunOptions& options);

// The result of a cell whose evaluation has ended well. `evaluated` is the worker's outcome;
// `trajectory` is null for an original. The predictions must be in their place.
nlohmann::json evaluated_result(const PlannedCell& cell, const Plan& plan, const Store& store,
                                const nlohmann::json& evaluated, const nlohmann::json& trajectory);

// `stored` with the metrics that were computed; those of plugins that the plan does not name stay.
nlohmann::json rescored_result(nlohmann::json stored, const Plan& plan,
                               const nlohmann::json& evaluated);

// Progress messages of a worker that failed, as the beginning of a trajectory; null if there are
// none.
nlohmann::json partial_trajectory(const std::vector<StepProgress>& progress);

// What is wrong with a result that is longer than its readers take (kMostText); else empty.
std::string why_too_long(const nlohmann::json& result);

// Writes a cell's file. A result that no reader would take, since it is longer than kMostText, is
// stored as a failure that says so; returns what was stored. Throws Error.
nlohmann::json store_result(const Store& store, const PlannedCell& cell, nlohmann::json result);

// Moves the predictions that a worker left, and the weights where they are to be kept, to their
// places. Throws Error.
void move_files(const Store& store, const PlannedCell& cell, const RunOptions& options);

// records/<key>.json: where and how long. `steps`: {"unlearn": {"seconds", …}, …}.
nlohmann::json record_of(const std::string& key, const std::string& started,
                         const nlohmann::json& steps, const RunOptions& options);

}  // namespace lacuna
