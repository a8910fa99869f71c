#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "report/columns.hpp"
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

std::string units_note(const std::vector<Column>& columns) {
  const bool fractions = std::all_of(columns.begin(), columns.end(),
                                     [](const Column& column) { return column.unit == "1"; });
  return fractions ? "All numbers in per cent." : "Fractions in per cent, other units as they are.";
}

// In one sentence what decides the order where the board has attacks.
std::string order_note(const Board& board) {
  if (!board.attacked()) return "Ordered by " + no_break(board.rank.title) + ".";
  return fmt::format(
      "Ordered by what attacks leave: seed by seed the worst of {} before and after {}.",
      no_break(board.rank.title), fmt::join(board.attacks, ", "));
}

std::string id_of(const RowId& row) {
  return row.attack == 0 ? std::to_string(row.row) : fmt::format("{}-a{}", row.row, row.attack);
}

// How many samples each evaluation has of what is to be forgotten, as far as it was counted.
std::string forget_images(const Board& board) {
  std::string out;
  for (const auto& evaluation : board.evaluations) {
    if (evaluation.role == Role::zero_shot) continue;
    for (const auto& value : board.original.runs.front().cell->values) {
      const bool its = value.name == "forget_fine" || value.name == evaluation.id + "/forget_fine";
      if (its && value.evaluation == evaluation.id && value.count)
        out += fmt::format(" {}: {} forget images.", evaluation.title, value.count->n);
    }
  }
  return out;
}

}  // namespace

std::string Place::unlearned(const std::string& key) const {
  return url(results / "unlearn" / (key + ".json"));
}

std::string Place::row(RowId row) const { return fmt::format("{}-r{}", prefix, id_of(row)); }

std::string Place::run(RowId row, std::size_t run) const {
  return fmt::format("{}-r{}-{}", prefix, id_of(row), run);
}

std::string Place::counts(RowId row, std::size_t run) const {
  return fmt::format("{}-k{}-{}", prefix, id_of(row), run);
}

std::vector<Column> ranked_first(const Board& board) {
  std::vector<Column> out;
  const auto holds = [&](const std::string& id) {
    return std::any_of(out.begin(), out.end(),
                       [&](const Column& column) { return column.id == id; });
  };
  const auto take = [&](const std::string& id) {
    for (const auto& column : board.main) {
      if (column.id == id && !holds(id)) out.push_back(column);
    }
  };
  for (const auto* first : {&board.ranking, &board.rank, &board.plot_y, &board.plot_x})
    take(first->id);
  for (const auto& column : board.main) take(column.id);
  return out;
}

std::string main_table(const Board& board, const Place& place) {
  const std::string caption = fmt::format(
      "{} {} {} Every number leads to the runs that it comes from, each run to its counts.",
      units_note(board.main), spread_note(board), order_note(board));
  return board_table(board, ranked_first(board), place,
                     {.id = "lb",
                      .caption = caption,
                      .sorted = board.ranking,
                      .chips = true,
                      .rank = true,
                      .seeds = true,
                      .bar = board.ranking.unit == "1" ? board.ranking.id : ""});
}

std::string attack_table(const Board& board, const Place& place) {
  if (!board.attacked()) return "";
  const auto columns = attack_columns(board);
  return board_table(board, columns, place,
                     {.id = "atk",
                      .caption = units_note(columns) + " " + spread_note(board),
                      .sorted = board.ranking,
                      .rank = true,
                      .attacked = true});
}

std::string further_table(const Board& board, std::size_t index, const Place& place) {
  const auto& [name, columns] = board.tables[index];
  if (name == kOutOfDomain) {
    return board_table(board, columns, place,
                       {.id = "ood",
                        .caption = "In per cent; gaps in percentage points." + forget_images(board),
                        .sorted = board.ranking});
  }
  if (name == kZeroShot) {
    return board_table(board, columns, place,
                       {.id = "zs",
                        .caption = "Top-1 accuracy in per cent over each suite's own names.",
                        .sorted = {}});
  }
  return board_table(
      board, columns, place,
      {.id = fmt::format("t{}", index), .caption = units_note(columns), .sorted = {}});
}

std::string others_table(const Board& board, const Place& place) {
  if (board.others.empty()) return "";
  return board_table(board, board.others, place,
                     {.id = "metrics",
                      .caption = "What the metrics gave besides. " + units_note(board.others),
                      .sorted = {}});
}

}  // namespace lacuna::report
