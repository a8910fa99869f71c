// Cells of a plan that a user names: --only 'method=nhl,seed=1'.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "run/jobs/graph.hpp"

namespace lacuna {

// Keys of the cells that any of `only` names: conditions "<what>=<value>" with commas between them,
// of which a cell meets all. What: model, request, method ("original" is one), label, seed, attack
// (its label), key (or how it begins). No `only` at all: every cell. Throws ConfigError("--only:
// reason"): something else, a value that no cell has, conditions that no cell meets.
std::set<std::string> selected_cells(const Plan& plan, const std::vector<std::string>& only);

// Keys of the jobs that a cell needs, those of others that it rests on (an attacked model, the
// original's predictions) among them.
std::set<std::string> jobs_of(const Plan& plan, const PlannedCell& cell);

}  // namespace lacuna
