// Jobs of one step for one worker, and what comes of each of them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/results/job_failure.hpp"
#include "run/results/job_result.hpp"

namespace lacuna {

struct WorkOrder {
  Step step = Step::unlearn;
  std::vector<std::string> keys = {};  // of its jobs, in the order in which they are done
  nlohmann::json content = {};         // to_json(Orders<…>): what its worker is told of them
  // By job: where the worker leaves what it makes, its result among it. The first one's folder
  // holds what belongs to the whole order, too.
  std::vector<std::filesystem::path> folders = {};
  std::vector<std::filesystem::path> logs = {};  // by job; the first takes the worker's output
  std::string label = {};                        // for people

  std::filesystem::path result(std::size_t job) const { return folders[job] / "result.json"; }
  // Job and progress file are <files>.job.json and <files>.progress.
  std::filesystem::path files() const { return folders.front() / "order"; }
};

struct JobOutcome {
  std::string key = {};
  bool ok = false;
  JobResult result = {};           // if ok, but of a set, which has none
  JobFailure failure = {};         // if not
  nlohmann::json trajectory = {};  // then: as far as it came; may be null
  nlohmann::json record = {};      // {"seconds", and of its process "cpu_seconds", …}
};

}  // namespace lacuna
