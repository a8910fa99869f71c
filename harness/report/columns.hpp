// What the metrics' values are called, and in which table of a board each stands.
#pragma once

#include "report/table.hpp"

namespace lacuna::report {

inline constexpr const char* kOutOfDomain = "Out of domain";
inline constexpr const char* kZeroShot = "Zero-shot";

// Sets the board's rank, axes, main table, further tables and others, from the values of its cells
// and from its suite's BoardSpec. Of values that two cells call differently the first one counts.
void set_columns(Board& board);

// Of the table "Under attack": the ranking value and that of the plot's y axis without an attack,
// the former after each, and what is left.
std::vector<Column> attack_columns(const Board& board);

}  // namespace lacuna::report
