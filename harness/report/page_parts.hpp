// The pieces of the page, each filled by its template in harness/report/page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/comparison.hpp"

namespace lacuna::report {

// Where things are: `prefix` starts every id of this board, `results` leads to the results folder.
// Rows count from 1 in the board's order, 0 is the original model; so do a row's attacks, of which
// 0 is none, and the runs of each.
struct RowId {
  std::size_t row = 0, attack = 0;

  RowId(std::size_t of_row, std::size_t of_attack = 0) : row(of_row), attack(of_attack) {}
};

struct Place {
  std::string prefix;
  std::filesystem::path results;

  std::string unlearned(const std::string& key) const;   // URL of what came of that job
  std::string row(RowId row) const;                      // id of its lines in "Every run"
  std::string run(RowId row, std::size_t run) const;     // id of one line there
  std::string counts(RowId row, std::size_t run) const;  // id of its line in "Counts"
};

// The requests of one suite and model side by side, a table each; "" where there is only one.
std::string requests_tables(const std::vector<Board>& boards);

std::string facts(const Board& board);       // model, request, data, cells
std::string highlights(const Board& board);  // the three best means
std::string main_table(const Board& board, const Place& place);
// What is left after attacks; "" without any.
std::string attack_table(const Board& board, const Place& place);
// board.tables[index].
std::string further_table(const Board& board, std::size_t index, const Place& place);
std::string others_table(const Board& board, const Place& place);  // "" without other values
// Measured beside published rows, with the gate; `index` tells several of one board apart.
std::string comparison_section(const Comparison& comparison, const Place& place, std::size_t index);
std::string runs_table(const Board& board, const Place& place);
// What every number of the page is computed from; "" without a finished run.
std::string counts_table(const Board& board, const Place& place);
std::string settings_table(const Board& board);
// Summaries, citations, authors and licences of what the board uses; "" where the plan has none.
std::string credits_table(const Board& board);

// The board's two axes; with curves of equal Q-U where it plots Quality over Utility. "" if no row
// has both values.
std::string scatter_plot(const Board& board, const Place& place);
std::string plot_title(const Board& board);

// Forget accuracy and loss over the steps of one run; "" without a trajectory.
std::string sparkline(const Cell& cell);

// The main columns with what ranks in front: a narrow screen shows the first ones.
std::vector<Column> ranked_first(const Board& board);

// Whether the board ranks by Q-U and plots Quality over Utility, as the metrics of this program
// compute them: only of those the page knows what they mean.
bool has_known_scores(const Board& board);

// A row and each of its attacks, with their ids, the original model's first.
template <class F>
void for_all_rows(const Board& board, F&& visit) {
  visit(board.original, RowId(0));
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const auto& row = board.rows[i];
    visit(row, RowId(i + 1));
    for (std::size_t j = 0; j < row.attacks.size(); ++j) visit(row.attacks[j], RowId(i + 1, j + 1));
  }
}

}  // namespace lacuna::report
