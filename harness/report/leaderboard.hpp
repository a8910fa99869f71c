// leaderboard.json: the boards as data. Documented in docs/schema/leaderboard.schema.json.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "report/table.hpp"

namespace lacuna::report {

// A pure function of the results: no time, no machine, no path. Fractions stay fractions, nothing
// is rounded.
nlohmann::json leaderboard(const Results& results, const std::vector<Board>& boards);

}  // namespace lacuna::report
