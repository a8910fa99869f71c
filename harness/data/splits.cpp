#include "data/splits.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "lacuna/error.hpp"

namespace lacuna {

bool has_split(const Dataset& dataset, const std::string& split) {
  const auto splits = dataset.splits();
  return std::find(splits.begin(), splits.end(), split) != splits.end();
}

void check_split(const Dataset& dataset, const std::string& split, const std::string& place) {
  if (has_split(dataset, split)) return;
  throw ConfigError(fmt::format("{}'{}': no such split (known: {})",
                                place.empty() ? "" : place + ": ", split,
                                fmt::join(dataset.splits(), ", ")));
}

}  // namespace lacuna
