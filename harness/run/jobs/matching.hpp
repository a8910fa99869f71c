// Which classes of an evaluation count as forgotten.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"

namespace lacuna {

struct Matching {
  std::vector<std::int64_t> labels;    // of the evaluation's dataset, ascending
  std::vector<std::string> unmatched;  // concepts of the request that no class name contains
};

// In-domain: the classes named exactly so; throws ConfigError for a concept that is not there.
// Zero-shot: none. Out of domain: every class whose name contains a concept's name, case ignored
// (the protocol of Tan & Gong, 2026). Fine classes, or the coarse ones for concepts that are coarse
// names.
Matching match_concepts(Role role, const std::vector<std::string>& concepts,
                        const Taxonomy& taxonomy, Level level = Level::fine);

}  // namespace lacuna
