// One table of the page: a line a method under grouped columns, the original model first.
#pragma once

#include <string>
#include <vector>

#include "report/page_parts.hpp"

namespace lacuna::report {

struct BoardTableStyle {
  std::string id = {}, caption = {};
  Column sorted = {};  // by which the rows stand
  bool chips = false, rank = false, seeds = false;
  std::string bar = {};    // the column with bars
  bool attacked = false;  // only rows that have attacks, without the original model
};

// Returns the table and its notes.
std::string board_table(const Board& board, const std::vector<Column>& columns, const Place& place,
                        const BoardTableStyle& style);

}  // namespace lacuna::report
