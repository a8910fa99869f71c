// What a suite makes of its plugins: found out where every plugin file is loaded and no data is
// seen, so that the process that opens test data to plan need not load a method.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "run/jobs/credit.hpp"
#include "run/jobs/specs.hpp"
#include "run/suite/method_variants.hpp"
#include "run/suite/suite.hpp"

namespace lacuna {

// A metric of the suite.
struct PlannedMetric {
  using is_spec = void;
  PluginSpec plugin = {};
  std::vector<Role> reads = {};           // roles of the evaluations that it is given; none: all
  std::vector<std::string> columns = {};  // that these must have

  static void fields(auto& self, auto&& field) {
    field("plugin", self.plugin);
    field("reads", self.reads);
    field("columns", self.columns);
  }
};

struct SuitePlugins {
  using is_spec = void;
  std::vector<std::vector<MethodVariant>> methods = {};  // by the suite's requests
  std::vector<std::vector<MethodVariant>> attacks = {};  // by the suite's attacks, then requests
  std::vector<PlannedMetric> metrics = {};               // in the suite's order
  std::map<std::string, std::string> datasets = {};      // by id: plugin files
  std::vector<Credit> credits = {};        // methods, attacks, datasets, metrics; each once
  std::vector<std::string> warnings = {};  // plugin files that could not be used

  static void fields(auto& self, auto&& field) {
    field("methods", self.methods);
    field("attacks", self.attacks);
    field("metrics", self.metrics);
    field("datasets", self.datasets);
    field("credits", self.credits);
    field("warnings", self.warnings);
  }
};

// Finds every plugin that the suite names, and checks and completes the parameters of methods,
// attacks and metrics. Throws ConfigError naming the place in the suite: an unknown plugin, bad
// parameters, a file with a data set or a metric that brings a method, too.
SuitePlugins suite_plugins(const Suite& suite, const Registry& registry);

}  // namespace lacuna
