// Abilities as texts.
#pragma once

#include <string>
#include <vector>

#include "lacuna/plugin.hpp"

namespace lacuna {

inline std::vector<std::string> names_of(const std::vector<Ability>& abilities) {
  std::vector<std::string> out;
  for (const auto ability : abilities) out.emplace_back(to_string(ability));
  return out;
}

}  // namespace lacuna
