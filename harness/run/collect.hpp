// From what workers left to the files of a results folder.
#pragma once

#include <nlohmann/json.hpp>

#include "run/cell.hpp"
#include "run/plan.hpp"
#include "run/progress_file.hpp"
#include "run/scheduler.hpp"
#include "run/store.hpp"

namespace lacuna {

enum class Stored { complete, other_metrics, missing };

// Whether a cell has to be run, or only its metrics computed anew. `stored` gets its result, unless
// missing.
Stored look_up(const PlannedCell& cell, const Plan& plan, const Store& store,
               const RunOptions& options, nlohmann::json& stored);

// The result of a cell whose evaluation has ended well. `evaluated` is the worker's outcome;
// `trajectory` is null for an original. The predictions must be in their place.
nlohmann::json evaluated_result(const PlannedCell& cell, const Plan& plan, const Store& store,
                                const nlohmann::json& evaluated, const nlohmann::json& trajectory);

// `stored` with new metrics.
nlohmann::json rescored_result(nlohmann::json stored, const Plan& plan,
                               const nlohmann::json& evaluated);

// Progress messages of a worker that failed, as the beginning of a trajectory; null if there are
// none.
nlohmann::json partial_trajectory(const std::vector<StepProgress>& progress);

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
