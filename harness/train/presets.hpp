// Named sets of overrides that a suite may ask for, as data.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace lacuna {

// {"params": {…}, "kl": {…}, "training": {…}}: what preset `name` sets for a method. Whatever the
// suite itself says goes over it.
//   paper      nothing: the defaults are the paper's formulas
//   reference  what the released code of Tan & Gong, 2026, does differently; its KL weights are per
//   element
// A method the preset does not know gets no parameters. Throws ConfigError for an unknown preset.
nlohmann::json preset(const std::string& name, const std::string& method);

}  // namespace lacuna
