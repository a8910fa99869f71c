// What a plugin says of itself in lists, abilities and roles, as texts.
#pragma once

#include <string>
#include <vector>

#include "lacuna/plugin.hpp"

namespace lacuna {

template <class T>
std::vector<std::string> names_of(const std::vector<T>& list) {
  std::vector<std::string> out;
  for (const auto one : list) out.emplace_back(to_string(one));
  return out;
}

}  // namespace lacuna
