// The rows of a board: planned cells by method and configuration, with what attacks left of them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "report/table.hpp"

namespace lacuna::report {

// One row a configuration: cells of one label whose settings are equal. A missing cell's settings
// are unknown; it joins the label's first configuration, so that no planned cell is ever left out.
// Attacks belong to the row whose cell they attack. No measures yet.
std::vector<Row> make_rows(const std::vector<PlannedCell>& planned, const Results& results);

// The names of the values that each metric gives, over all cells.
using NamesByMetric = std::map<std::string, std::set<std::string>>;
void add_names(NamesByMetric& names, const Cell& cell);

// Row::measures from the values of its finished cells. A metric that failed in a cell is the reason
// of all its values there.
void collect_measures(Row& row, const NamesByMetric& names);

// Row::left, of the measure that ranks.
void collect_left(Row& row, const Column& rank);

}  // namespace lacuna::report
