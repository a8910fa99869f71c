// Planning in processes of its own, see scheduler.hpp.
#include "run/plan/plan.hpp"
#include "run/scheduler.hpp"
#include "run/steps/worker_process.hpp"
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

json result_of(const char* step, const json& job, const OwnFolder& folder, const Store& store,
               const RunOptions& options) {
  WorkerProcess worker(step, job, folder.path / step, store.log("plan"), options.job_timeout,
                       options);
  std::optional<StepOutcome> outcome;
  while (!(outcome = worker.poll())) {
    if (options.interrupted()) throw Interrupted();
    wait_for_any({&worker.process()}, 0.1);
  }
  if (outcome->failure.kind == "mistake") throw ConfigError(outcome->failure.reason);
  if (!outcome->ok) throw PluginError(outcome->failure.reason);
  return std::move(outcome->result);
}

json texts(const std::vector<std::filesystem::path>& paths) {
  auto out = json::array();
  for (const auto& path : paths) out.push_back(path.string());
  return out;
}

}  // namespace

Plan plan_in_worker(const std::filesystem::path& suite,
                    const std::vector<std::filesystem::path>& plugins, const DataRoots& roots,
                    const Store& store, const RunOptions& options) {
  const OwnFolder folder(store.work("plan-" + unique_name()));
  const json what{{"suite", suite.string()}, {"seeds", options.seeds}};
  auto describe = what, plan = what;
  describe["plugins"] = texts(plugins);
  plan["data"] = texts(roots.folders);
  plan["described"] = result_of("describe", describe, folder, store, options).at("plugins");
  const auto file = folder.path / "plan.jsonl";
  plan["plan"] = file.string();
  result_of("plan", plan, folder, store, options);
  try {
    return read_plan(file);
  } catch (const ConfigError&) {  // a plugin has written into it
    throw PluginError("plan: left no plan (its output is in logs/plan.txt)");
  }
}

}  // namespace lacuna
