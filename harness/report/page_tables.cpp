#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_table.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

std::string spread_note(const Board& board) {
  return board.seeds() > 1
             ? fmt::format("Mean ± sample standard deviation over up to {} seeds.", board.seeds())
             : "One seed: no spread.";
}

}  // namespace

std::string Place::cell(const std::string& key) const {
  return url(results / "cells" / (key + ".json"));
}

std::string Place::row(std::size_t row) const { return fmt::format("{}-r{}", prefix, row); }

std::string Place::run(std::size_t row, std::size_t run) const {
  return fmt::format("{}-r{}-{}", prefix, row, run);
}

std::string Place::counts(std::size_t row, std::size_t run) const {
  return fmt::format("{}-k{}-{}", prefix, row, run);
}

std::vector<Column> ranked_first(const std::vector<Column>& columns) {
  std::vector<Column> out;
  const auto take = [&](const std::string& id) {
    for (const auto& column : columns) {
      if (column.id == id) out.push_back(column);
    }
  };
  for (const char* id : {"q_u", "quality", "utility"}) take(id);
  for (const auto& column : columns) {
    const bool taken = std::any_of(out.begin(), out.end(),
                                   [&](const Column& other) { return other.id == column.id; });
    if (!taken) out.push_back(column);
  }
  return out;
}

std::string main_table(const Board& board, const Place& place) {
  const std::string caption =
      "All numbers in per cent. " + spread_note(board) +
      " Ordered by Q‑U. Every number leads to the runs that it comes from, each run to its counts.";
  return board_table(board, ranked_first(board.main), place,
                     {.id = "lb",
                      .caption = caption,
                      .sorted = "q_u",
                      .chips = true,
                      .rank = true,
                      .seeds = true,
                      .bar = "q_u"});
}

std::string transfer_table(const Board& board, const Place& place) {
  if (board.transfer.empty()) return "";
  std::string counted;
  for (const auto& evaluation : board.evaluations) {
    if (evaluation.role == Role::zero_shot || board.original.count(Status::ok) == 0) continue;
    const Count count =
        count_of(board.original.runs.front().cell->counts, evaluation.id, "forget", "fine");
    counted += fmt::format(" {}: {} forget images.", evaluation.title, count.n);
  }
  return board_table(board, board.transfer, place,
                     {.id = "ood",
                      .caption = "In per cent; gaps in percentage points." + counted,
                      .sorted = "q_u"});
}

std::string zero_shot_table(const Board& board, const Place& place) {
  if (board.zero_shot.empty()) return "";
  return board_table(board, board.zero_shot, place,
                     {.id = "zs",
                      .caption = "Top-1 accuracy in per cent over each suite's own names.",
                      .sorted = ""});
}

std::string metrics_table(const Board& board, const Place& place) {
  if (board.metrics.empty()) return "";
  std::vector<Column> columns;
  for (const auto& [name, column] : board.metrics) columns.push_back(column);
  return board_table(
      board, columns, place,
      {.id = "metrics",
       .caption = "What the metric plugins stored, by name. Fractions in per cent, other "
                  "units as they are.",
       .sorted = ""},
      true);
}

}  // namespace lacuna::report
