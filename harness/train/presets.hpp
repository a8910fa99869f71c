// Named sets of overrides that a suite may ask for, as data.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lacuna {

// {"params": {…}, "kl": {…}, "training": {…}}: what the presets `names` set for a method, later
// ones over earlier ones. Whatever the suite itself says goes over all of it.
//   paper           nothing: the defaults are the paper's formulas
//   reference       what the released code of Tan & Gong, 2026, does differently, in every method;
//                   its KL weights are per element
//   imgnet_dogs     the paper's hyper-parameters for that data set and ViT-L/14, without KL terms
//   imgnet_dogs+kl  the same with the KL weights of the row that has them (GA+KL, NPO+KL, NHL+KL);
//                   they are per element, with or without `reference`
//   compcars_s, compcars_s+kl  likewise
// `reference` and `paper` know every method. Throws ConfigError for an unknown preset, and for a
// method that a data set's preset has no values for.
nlohmann::json preset(const std::vector<std::string>& names, const std::string& method);

}  // namespace lacuna
