#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

// A value that some cell counted.
struct Counted {
  const Column* column = nullptr;
  std::int64_t n = 0;  // the same in all lines that are of the same samples

  static Count of(const Row& row, const Column& column, const Cell& cell) {
    const auto* measure = measure_of(row, column);
    const auto* value = measure ? measure->of(cell.key) : nullptr;
    return value && value->stored && value->stored->count ? *value->stored->count : Count{};
  }
};

std::vector<const Column*> all_columns(const Board& board) {
  std::vector<const Column*> out;
  const auto add = [&](const std::vector<Column>& columns) {
    for (const auto& column : columns) {
      const bool there = std::any_of(out.begin(), out.end(),
                                     [&](const Column* one) { return one->id == column.id; });
      if (!there) out.push_back(&column);
    }
  };
  add(board.main);
  for (const auto& table : board.tables) add(table.columns);
  add(board.others);
  return out;
}

// By evaluation, in the suite's order; in each in the tables' order.
std::vector<Counted> columns_of(const Board& board) {
  std::vector<Counted> out;
  for (const auto* column : all_columns(board)) {
    Counted counted{.column = column};
    for (const auto* row : board.all_rows()) {
      for (const auto& run : row->runs)
        counted.n = std::max(counted.n, Counted::of(*row, *column, *run.cell).n);
    }
    if (counted.n > 0) out.push_back(counted);
  }
  const auto place = [&](const Counted& counted) {
    const auto found = std::find_if(
        board.evaluations.begin(), board.evaluations.end(),
        [&](const auto& evaluation) { return evaluation.id == counted.column->evaluation; });
    return found - board.evaluations.begin();
  };
  std::stable_sort(out.begin(), out.end(), [&](const Counted& a, const Counted& b) {
    return place(a) < place(b);
  });
  return out;
}

json line(const Row& row, RowId index, std::size_t i, const std::vector<Counted>& columns,
          const Place& place) {
  const Cell& cell = *row.runs[i].cell;
  json counts = json::array();
  for (const auto& counted : columns) {
    const Count count = Counted::of(row, *counted.column, cell);
    counts.push_back(count.n == 0 ? "–" : grouped(count.correct));
  }
  return {{"line", place.counts(index, i + 1)},
          {"label", row.label},
          {"seed", index.row == 0 ? json() : json(row.runs[i].seed)},
          {"counts", counts},
          {"key", cell.key}};
}

}  // namespace

std::string counts_table(const Board& board, const Place& place) {
  const auto columns = columns_of(board);
  if (columns.empty()) return "";
  json groups = json::array(), heads = json::array();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = *columns[i].column;
    const bool first = i == 0 || column.evaluation != columns[i - 1].column->evaluation;
    const auto title = board.title_of(column.evaluation);
    if (first) groups.push_back({{"title", title}, {"span", 0}});
    groups.back()["span"] = groups.back()["span"].get<int>() + 1;
    heads.push_back({{"first", first},
                     {"title", column.title == title ? "right" : full_title(column)},
                     {"of", grouped(columns[i].n)}});
  }
  std::string rows;
  for_all_rows(board, [&](const Row& row, RowId index) {
    for (std::size_t i = 0; i < row.runs.size(); ++i) {
      if (row.runs[i].cell->status == Status::ok)
        rows += render("count_row", line(row, index, i, columns, place));
    }
  });
  return render("counts",
                {{"prefix", place.prefix}, {"groups", groups}, {"heads", heads}, {"rows", rows}});
}

}  // namespace lacuna::report
