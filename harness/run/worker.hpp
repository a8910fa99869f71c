// The processes of a cell. Each sees only what its step needs: `plan` everything but no results,
// `forgetting-set` the training split, `unlearn` the model, the forgetting set and one method
// plugin, `evaluate` the test splits and no method.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "lacuna/error.hpp"
#include "plugin/registry.hpp"

namespace lacuna {

// Body of `lacuna worker STEP --job FILE --parent PID`. The job says what to do, and under "result"
// where the outcome goes: {"status": "ok", …} or {"status": "failed", "failure": …, "reason": …}.
// Returns the exit status: 0 ok, 1 failed and told so. Dies with its parent. A crash leaves no
// result; the parent sees that.
int run_worker(const std::string& step, const std::filesystem::path& job, pid_t parent);

// A dataset that was there at planning time and is not now.
class DataMissing : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// A setting that turned out to mean nothing for the method: no failure, and no result either.
class NotApplicable : public ConfigError {
 public:
  using ConfigError::ConfigError;
};

// The steps. Each returns what its result holds besides the status.
nlohmann::json worker_plan(const nlohmann::json& job);
nlohmann::json worker_forgetting_set(const nlohmann::json& job);
nlohmann::json worker_unlearn(const nlohmann::json& job);
nlohmann::json worker_evaluate(const nlohmann::json& job);

// Loads the plugin file of a job's dataset into `registry` and constructs it. Throws DataMissing.
std::unique_ptr<Dataset> open_dataset(Registry& registry, const nlohmann::json& job,
                                      const nlohmann::json& data);

// Loads a plugin file unless one of `registry`'s plugins came from it already.
void load_once(Registry& registry, const std::filesystem::path& library);

// One line to the parent, if it listens.
void report_progress(const nlohmann::json& message);

}  // namespace lacuna
