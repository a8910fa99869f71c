#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

// One column of counts: a level of a group of an evaluation's pictures.
struct Counted {
  std::string evaluation, title, group, level;
  std::int64_t n = 0;  // the same in all lines: the report refuses cells that count otherwise

  Count of(const Cell& cell) const { return count_of(cell.counts, evaluation, group, level); }
};

std::vector<const Cell*> cells_of(const Board& board) {
  std::vector<const Cell*> out;
  const auto add = [&](const Row& row) {
    for (const auto& run : row.runs) {
      if (run.cell->status == Status::ok) out.push_back(run.cell);
    }
  };
  add(board.original);
  for (const auto& row : board.rows) add(row);
  return out;
}

std::vector<Counted> columns_of(const Board& board) {
  const auto cells = cells_of(board);
  std::vector<Counted> out;
  for (const auto& evaluation : board.evaluations) {
    for (const char* group : {"forget", "retain", "all"}) {
      for (const char* level : {"coarse", "fine"}) {
        Counted column{evaluation.id, evaluation.title, group, level};
        for (const Cell* cell : cells) column.n = std::max(column.n, column.of(*cell).n);
        // "All" is the sum of the two others where these were told apart.
        const bool sum = group == std::string("all") && !out.empty() &&
                         out.back().evaluation == evaluation.id && out.back().group != "all";
        if (column.n > 0 && !sum) out.push_back(column);
      }
    }
  }
  return out;
}

json line(const Row& row, std::size_t index, std::size_t i, const std::vector<Counted>& columns,
          const Place& place) {
  const Cell& cell = *row.runs[i].cell;
  json counts = json::array();
  for (const auto& column : columns) {
    const Count count = column.of(cell);
    counts.push_back(count.n == 0 ? "–" : grouped(count.correct));
  }
  return {{"line", place.counts(index, i + 1)},
          {"label", row.label},
          {"seed", index == 0 ? json() : json(row.runs[i].seed)},
          {"counts", counts},
          {"key", cell.key}};
}

}  // namespace

std::string counts_table(const Board& board, const Place& place) {
  const auto columns = columns_of(board);
  if (columns.empty()) return "";
  json groups = json::array(), heads = json::array();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const bool first = i == 0 || columns[i].evaluation != columns[i - 1].evaluation;
    if (first) groups.push_back({{"title", columns[i].title}, {"span", 0}});
    groups.back()["span"] = groups.back()["span"].get<int>() + 1;
    heads.push_back({{"first", first},
                     {"group", columns[i].group == "all" ? "" : columns[i].group},
                     {"level", columns[i].level},
                     {"of", grouped(columns[i].n)}});
  }
  std::string rows;
  const auto add = [&](const Row& row, std::size_t index) {
    for (std::size_t i = 0; i < row.runs.size(); ++i) {
      if (row.runs[i].cell->status == Status::ok)
        rows += render("count_row", line(row, index, i, columns, place));
    }
  };
  add(board.original, 0);
  for (std::size_t i = 0; i < board.rows.size(); ++i) add(board.rows[i], i + 1);
  return render("counts",
                {{"prefix", place.prefix}, {"groups", groups}, {"heads", heads}, {"rows", rows}});
}

}  // namespace lacuna::report
