// Planning in a process of its own, see scheduler.hpp.
#include <fmt/format.h>
#include <unistd.h>

#include "run/scheduler.hpp"
#include "run/worker_process.hpp"

namespace lacuna {

using nlohmann::json;

Plan plan_in_worker(const std::filesystem::path& suite,
                    const std::vector<std::filesystem::path>& plugins, const DataRoots& roots,
                    const Store& store, const RunOptions& options) {
  json job{{"suite", suite.string()},
           {"plugins", json::array()},
           {"data", json::array()},
           {"seeds", options.seeds}};
  for (const auto& folder : plugins) job["plugins"].push_back(folder.string());
  for (const auto& folder : roots.folders) job["data"].push_back(folder.string());
  const auto name =
      fmt::format("plan-{}", getpid());  // two runs in one folder plan at the same time
  WorkerProcess worker("plan", job, store.work(name) / "plan", store.log("plan"), 0, options);
  std::optional<StepOutcome> outcome;
  while (!(outcome = worker.poll())) {
    if (options.interrupted()) throw Interrupted();
    wait_for_any({&worker.process()}, 0.1);
  }
  std::filesystem::remove_all(store.work(name));
  if (outcome->ok) return plan_from(outcome->result.at("plan"));
  if (outcome->failure.kind == "mistake") throw ConfigError(outcome->failure.reason);
  throw PluginError(outcome->failure.reason);
}

}  // namespace lacuna
