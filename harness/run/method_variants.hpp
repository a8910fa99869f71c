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
  std::string label;                    // unique in the request
  nlohmann::json params, kl, training;  // resolved
};

// What runs on one of the suite's requests, in the suite's order, grids with the last key fastest.
// What is set where, the later winning: the harness's defaults, the suite's training, the presets
// (train/presets.hpp), the request's training, the method's own, the grid. Throws ConfigError
// naming the place in the suite.
std::vector<MethodVariant> method_variants(const Suite& suite, std::size_t request,
                                           const Registry& registry);

}  // namespace lacuna
