// Whose work a board shows.
#pragma once

#include <vector>

#include "report/table.hpp"
#include "run/jobs/credit.hpp"

namespace lacuna::report {

// Of the methods of the board's rows and attacks, and of the data sets and metrics of its suite, in
// the plan's order. Empty where the plan was written before plans had credits.
std::vector<Credit> credits_of(const Board& board);

}  // namespace lacuna::report
