// From what workers left to the files of a results folder.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/jobs/run_options.hpp"
#include "run/machine/progress_file.hpp"
#include "run/results/job_result.hpp"
#include "run/results/store.hpp"

namespace lacuna {

// Progress messages of a worker that failed, as the beginning of a trajectory; null if there are
// none.
nlohmann::json partial_trajectory(const std::vector<StepProgress>& progress);

// A failure, or a setting that means nothing ("not_applicable"), as a job's result.
JobResult failed_result(const Job& job, const std::string& kind, const std::string& reason,
                        nlohmann::json trajectory = {});

// Writes a job's file: last, for a result vouches for its other files. One that no reader would
// take, since it is longer than kMostText, is stored as a failure that says so; returns what was
// stored. Throws Error.
JobResult store_result(const Store& store, const Job& job, JobResult result);

// Where and how long: records/<key>.json. `cost`: {"seconds", …}.
nlohmann::json record_of(const Job& job, const std::string& started, const nlohmann::json& cost,
                         const RunOptions& options);

}  // namespace lacuna
