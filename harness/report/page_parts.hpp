// The pieces of the page, each filled by its template in harness/report/page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/comparison.hpp"

namespace lacuna::report {

// Where things are: `prefix` starts every id of this board, `results` leads to the results folder.
// Rows count from 1 in the board's order, 0 is the original model; so do a row's runs.
struct Place {
  std::string prefix;
  std::filesystem::path results;

  std::string cell(const std::string& key) const;              // URL of a result file
  std::string row(std::size_t row) const;                      // id of its lines in "Every run"
  std::string run(std::size_t row, std::size_t run) const;     // id of one line there
  std::string counts(std::size_t row, std::size_t run) const;  // id of its line in "Counts"
};

// The requests of one suite and model side by side, a table each; "" where there is only one.
std::string requests_tables(const std::vector<Board>& boards);

std::string facts(const Board& board);       // model, request, data, cells
std::string highlights(const Board& board);  // the three best means
std::string main_table(const Board& board, const Place& place);
std::string transfer_table(const Board& board,
                           const Place& place);  // "" without out-of-domain evaluations
std::string zero_shot_table(const Board& board, const Place& place);  // "" without zero-shot suites
std::string metrics_table(const Board& board, const Place& place);    // "" without stored metrics
// Measured beside published rows, with the gate; `index` tells several of one board apart.
std::string comparison_section(const Comparison& comparison, const Place& place, std::size_t index);
std::string runs_table(const Board& board, const Place& place);
// What every number of the page is computed from; "" without a finished run.
std::string counts_table(const Board& board, const Place& place);
std::string settings_table(const Board& board);

// Quality over utility with curves of equal Q-U; "" if no row has both.
std::string scatter_plot(const Board& board, const Place& place);

// Forget accuracy and loss over the steps of one run; "" without a trajectory.
std::string sparkline(const Cell& cell);

// The main columns with what ranks in front: a narrow screen shows the first ones.
std::vector<Column> ranked_first(const std::vector<Column>& columns);

}  // namespace lacuna::report
