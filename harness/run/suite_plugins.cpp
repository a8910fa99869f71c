#include "run/suite_plugins.hpp"

#include <fmt/format.h>

#include "run/named_contents.hpp"

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
  return out;
}

}  // namespace lacuna
