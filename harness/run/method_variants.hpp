// From a suite's methods to what is really run: presets applied, parameters resolved, grids
// multiplied out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "run/suite.hpp"

namespace lacuna {

struct MethodVariant {
  const Registered* plugin;
  std::string label;                    // unique in the suite
  nlohmann::json params, kl, training;  // resolved
};

// In the suite's order, grids with the last key fastest. What is set where, the later winning: the
// harness's defaults, the suite's training, the presets (train/presets.hpp), the method's own, the
// grid. Throws ConfigError naming the place in the suite.
std::vector<MethodVariant> method_variants(const Suite& suite, const Registry& registry);

}  // namespace lacuna
