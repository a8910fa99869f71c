// leaderboard.json: the boards as data. Documented in docs/schema/leaderboard.schema.json.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "report/comparison.hpp"

namespace lacuna::report {

// A pure function of the results: no time, no machine, no path. Fractions stay fractions, nothing
// is rounded. `comparisons[i]` are those of `boards[i]`.
nlohmann::json leaderboard(const Results& results, const std::vector<Board>& boards,
                           const std::vector<std::vector<Comparison>>& comparisons);

}  // namespace lacuna::report
