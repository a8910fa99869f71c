// The pieces of the page. Each returns finished markup; all text in it is escaped.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/comparison.hpp"

namespace lacuna::report {

// The requests of one suite and model side by side, a table each; "" where there is only one.
std::string requests_tables(const std::vector<Board>& boards);

// Where things are: `prefix` starts every id of this board, `results` leads to the results folder.
struct Place {
  std::string prefix;
  std::filesystem::path results;

  std::string cell(const std::string& key) const;  // URL of a result file
};

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
std::string settings_table(const Board& board);

// Quality over utility with curves of equal Q-U; "" if no row has both.
std::string scatter_plot(const Board& board, const Place& place);

// Forget accuracy and loss over the steps of one run; "" without a trajectory.
std::string sparkline(const Cell& cell);

}  // namespace lacuna::report
