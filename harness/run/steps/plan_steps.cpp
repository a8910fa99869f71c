// The two steps of planning: what the suite makes of its plugins, with every plugin file and no
// data; then its jobs, with the data and no method.
#include "run/plan/plan.hpp"
#include "run/steps/worker.hpp"
#include "support/device.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

Suite suite_of(const json& job) {
  auto suite = read_suite(job.at("suite").get<std::string>());
  if (!job.at("seeds").empty()) set_seeds(suite, job.at("seeds"));
  return suite;
}

std::vector<std::filesystem::path> paths_of(const json& list) {
  std::vector<std::filesystem::path> out;
  for (const auto& path : list) out.emplace_back(path.get<std::string>());
  return out;
}

}  // namespace

json worker_describe(const json& job) {
  // A device that is not there is a mistake, not a failure of every cell.
  open_device(job.at("device"));
  Registry registry;
  registry.load_all(paths_of(job.at("plugins")));
  return {{"plugins", to_json(suite_plugins(suite_of(job), registry), Fields::all)}};
}

json worker_plan(const json& job) {
  const auto plugins = read_spec<SuitePlugins>(JsonView(job.at("described"), "plugins"));
  write_plan(make_plan(suite_of(job), plugins, {paths_of(job.at("data"))}),
             job.at("plan").get<std::string>());
  return json::object();
}

}  // namespace lacuna
