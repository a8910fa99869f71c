// Planning in a process of its own, see scheduler.hpp.
#include "run/scheduler.hpp"
#include "run/worker_process.hpp"
#include "support/temporary_name.hpp"

namespace lacuna {

using nlohmann::json;

namespace {

// Two runs in one folder plan at the same time, each in a folder that goes when it is done.
struct OwnFolder {
  std::filesystem::path path;
  explicit OwnFolder(std::filesystem::path folder) : path(std::move(folder)) {}
  ~OwnFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  OwnFolder(const OwnFolder&) = delete;
  OwnFolder& operator=(const OwnFolder&) = delete;
};

}  // namespace

Plan plan_in_worker(const std::filesystem::path& suite,
                    const std::vector<std::filesystem::path>& plugins, const DataRoots& roots,
                    const Store& store, const RunOptions& options) {
  json job{{"suite", suite.string()},
           {"plugins", json::array()},
           {"data", json::array()},
           {"seeds", options.seeds}};
  for (const auto& folder : plugins) job["plugins"].push_back(folder.string());
  for (const auto& folder : roots.folders) job["data"].push_back(folder.string());
  const OwnFolder folder(store.work("plan-" + unique_name()));
  WorkerProcess worker("plan", job, folder.path / "plan", store.log("plan"), options.cell_timeout,
                       options);
  std::optional<StepOutcome> outcome;
  while (!(outcome = worker.poll())) {
    if (options.interrupted()) throw Interrupted();
    wait_for_any({&worker.process()}, 0.1);
  }
  if (outcome->failure.kind == "mistake") throw ConfigError(outcome->failure.reason);
  if (!outcome->ok) throw PluginError(outcome->failure.reason);
  try {
    return plan_from(outcome->result.at("plan"));
  } catch (const json::exception&) {
    throw PluginError("plan: left no plan (its output is in logs/plan.txt)");
  }
}

}  // namespace lacuna
