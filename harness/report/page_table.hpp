// One table of the page: a line a method under grouped columns, the original model first.
#pragma once

#include <string>
#include <vector>

#include "report/page_parts.hpp"

namespace lacuna::report {

struct TableStyle {
  std::string id = {}, caption = {}, sorted = {};
  bool chips = false, rank = false, seeds = false;
  std::string bar = {};  // the column with bars
};

// `stored`: the columns are metrics as plugins stored them, else measures. Returns the table and
// its notes.
std::string board_table(const Board& board, const std::vector<Column>& columns, const Place& place,
                        const TableStyle& style, bool stored = false);

}  // namespace lacuna::report
