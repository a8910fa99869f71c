// The processes of a cell. Each sees only what its step needs: `plan` everything but no results,
// `forgetting-set` the training split, `unlearn` the model, the forgetting set and one method
// plugin, `evaluate` the test splits and no method.
#pragma once

#include <c10/util/Exception.h>

#include <filesystem>
#include <new>
#include <nlohmann/json.hpp>
#include <string>

#include "lacuna/error.hpp"
#include "plugin/registry.hpp"

namespace lacuna {

// Body of `lacuna worker STEP --job FILE`. The job says what to do, and under "result" where the
// outcome goes: {"status": "ok", …} or {"status": "failed", "failure": …, "reason": …}; under
// "progress", if it is there, where messages of how far it is go, and under "run" with which run it
// ends. Whoever starts it may be anybody. Returns the exit status: 0 ok, 1 failed and told so, or
// unwritten_result + the system's reason. A crash leaves no result; the run sees that.
int run_worker(const std::string& step, const std::filesystem::path& job);

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
nlohmann::json worker_describe(const nlohmann::json& job);
nlohmann::json worker_plan(const nlohmann::json& job);
nlohmann::json worker_forgetting_set(const nlohmann::json& job);
nlohmann::json worker_unlearn(const nlohmann::json& job);
nlohmann::json worker_evaluate(const nlohmann::json& job);

// Loads the plugin file of a job's dataset into `registry` and constructs it. Throws DataMissing.
std::unique_ptr<Dataset> open_dataset(Registry& registry, const nlohmann::json& job,
                                      const nlohmann::json& data);

// Loads a plugin file unless one of `registry`'s plugins came from it already.
void load_once(Registry& registry, const std::filesystem::path& library);

// What a plugin throws on the way names it; what the harness and LibTorch have to say does not, for
// the model may be to blame.
template <class Body>
auto naming(const std::string& plugin, Body&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const Error&) {
    throw;
  } catch (const c10::Error&) {
    throw;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (...) {
    return guarded(plugin, [&]() -> decltype(body()) { throw; });
  }
}

}  // namespace lacuna
