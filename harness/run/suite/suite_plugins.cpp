#include "run/suite/suite_plugins.hpp"

#include <fmt/format.h>

#include <set>

#include "doors/doors.hpp"
#include "run/jobs/named_contents.hpp"

namespace lacuna {
namespace {

// Whoever opens test data or scores has loaded no method, and a file is loaded whole.
const Registered& find_apart(const Registry& registry, Kind kind, const std::string& id) {
  const auto& plugin = registry.find(kind, id);
  for (const auto& [key, other] : registry.entries()) {
    if (key.first != Kind::method || other.library != plugin.library) continue;
    throw ConfigError(
        fmt::format("'{}': {} brings the method '{}' as well, which must not be loaded beside test "
                    "data (give it a file of its own)",
                    id, plugin.library.string(), key.second));
  }
  return plugin;
}

void find_dataset(SuitePlugins& out, const Suite& suite, const std::string& place,
                  const PluginUse& use, const Registry& registry) {
  at_place(suite, place, [&] {
    out.datasets[use.id] = find_apart(registry, Kind::dataset, use.id).library.string();
  });
}

PlannedMetric metric_of(const PluginUse& use, const Registry& registry, NamedContents& contents) {
  const auto& plugin = find_apart(registry, Kind::metric, use.id);
  const auto& info = plugin.entry->info;
  PlannedMetric out{.reads = info.reads, .columns = info.columns};
  const auto params = guarded(use.id, [&] { return plugin.entry->resolve(use.params); });
  out.plugin = {.id = use.id,
                .version = info.version,
                .params = params,
                .binary = binary_hash(plugin),
                .contents = contents.of(params),
                .replaced = !plugin.replaced.empty(),
                .library = plugin.library};
  return out;
}

std::vector<Credit> credits_of(const Suite& suite, const Registry& registry) {
  std::vector<Credit> out;
  std::set<std::pair<Kind, std::string>> seen;
  const auto add = [&](Kind kind, const std::string& id) {
    if (!seen.emplace(kind, id).second) return;
    const bool door = kind == Kind::method && is_door(id);
    out.push_back(credit_of(kind, door ? door_info(id) : registry.find(kind, id).entry->info));
  };
  for (const auto& method : suite.methods) add(Kind::method, method.id);
  for (const auto& attack : suite.attacks) add(Kind::method, attack.id);
  for (const auto& request : suite.requests) add(Kind::dataset, request.dataset.id);
  for (const auto& evaluation : suite.evaluations) add(Kind::dataset, evaluation.dataset.id);
  for (const auto& metric : suite.metrics) add(Kind::metric, metric.id);
  return out;
}

}  // namespace

SuitePlugins suite_plugins(const Suite& suite, const Registry& registry) {
  SuitePlugins out;
  NamedContents contents;
  for (const auto& refused : registry.refused()) out.warnings.push_back(refused.reason);
  for (std::size_t i = 0; i < suite.metrics.size(); ++i) {
    at_place(suite, fmt::format("metrics[{}]", i),
             [&] { out.metrics.push_back(metric_of(suite.metrics[i], registry, contents)); });
  }
  for (std::size_t i = 0; i < suite.requests.size(); ++i)
    out.methods.push_back(method_variants(suite, i, registry, contents));
  for (std::size_t i = 0; i < suite.attacks.size(); ++i)
    out.attacks.push_back(attack_variants(suite, i, registry, contents));
  for (std::size_t i = 0; i < suite.requests.size(); ++i)
    find_dataset(out, suite, fmt::format("requests[{}].dataset", i), suite.requests[i].dataset,
                 registry);
  for (std::size_t i = 0; i < suite.evaluations.size(); ++i)
    find_dataset(out, suite, fmt::format("evaluations[{}].dataset", i),
                 suite.evaluations[i].dataset, registry);
  out.credits = credits_of(suite, registry);
  return out;
}

}  // namespace lacuna
