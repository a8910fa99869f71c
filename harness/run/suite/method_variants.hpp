// From a suite's methods and attacks to what is really run: presets applied, parameters resolved,
// grids multiplied out.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "run/jobs/named_contents.hpp"
#include "run/jobs/specs.hpp"
#include "run/suite/suite.hpp"

namespace lacuna {

struct MethodVariant {
  using is_spec = void;
  std::string label = {};               // unique in the request
  PluginSpec method = {};               // of a door, without a file
  std::vector<std::string> needs = {};  // abilities
  nlohmann::json kl = {}, training = {};

  bool needs_it(Ability ability) const;
  static void fields(auto& self, auto&& field) {
    field("label", self.label);
    field("method", self.method);
    field("needs", self.needs);
    field("kl", self.kl);
    field("training", self.training);
  }
};

// What runs on one of the suite's requests, in the suite's order, grids with the last key fastest.
// What is set where, the later winning: the harness's defaults, the suite's training, the presets
// (train/presets.hpp), the request's training, the method's own, the grid. Throws ConfigError
// naming the place in the suite.
std::vector<MethodVariant> method_variants(const Suite& suite, std::size_t request,
                                           const Registry& registry, NamedContents& contents);

// One of the suite's attacks on each of its requests: the defaults, the suite's training, the
// request's, the attack's own.
std::vector<MethodVariant> attack_variants(const Suite& suite, std::size_t attack,
                                           const Registry& registry, NamedContents& contents);

}  // namespace lacuna
