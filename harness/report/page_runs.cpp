#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/format.hpp"
#include "report/page_notes.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

const SeedValue* value_of(const Row& row, const std::string& measure, const Cell& cell) {
  const auto found = row.measures.find(measure);
  if (found == row.measures.end()) return nullptr;
  const auto& values = found->second.values;
  const auto value = std::find_if(values.begin(), values.end(),
                                  [&](const SeedValue& one) { return one.key == cell.key; });
  return value == values.end() ? nullptr : &*value;
}

json line(const Row& row, std::size_t index, std::size_t i, const std::vector<Column>& columns,
          const Place& place) {
  const Run& run = row.runs[i];
  const Cell& cell = *run.cell;
  const bool original = index == 0, ok = cell.status == Status::ok;
  json out{{"run", place.run(index, i + 1)},
           {"span", i == 0 ? json(row.runs.size()) : json()},
           {"seed", original ? json() : json(run.seed)},
           {"numbers", json::array()},
           {"why", json()},
           {"curve", sparkline(cell)},
           {"file", cell.status == Status::missing ? "" : place.cell(cell.key)},
           {"key", cell.key.substr(0, 10)}};
  bool linked = false;  // the keyboard stops at a line's first number alone
  for (const auto& column : columns) {
    if (!ok) break;
    const SeedValue* value = value_of(row, column.id, cell);
    const std::string none = original ? "" : "–";
    out["numbers"].push_back({{"href", value ? place.counts(index, i + 1) : ""},
                              {"again", value && std::exchange(linked, true)},
                              {"text", value ? typographic(percent(value->value)) : none}});
  }
  if (!ok) {
    out["why"] = badge(cell.status, 1, false);
    out["why"]["width"] = columns.size();
    out["why"]["reason"] = cell.status == Status::missing
                               ? "no result file yet"
                               : (cell.failure.empty() ? "" : cell.failure + ": ") + cell.reason;
  }
  return out;
}

}  // namespace

std::string runs_table(const Board& board, const Place& place) {
  const auto columns = ranked_first(board.main);
  json heads = json::array();
  for (const auto& column : columns) {
    const bool accuracy = column.group.ends_with(" set");
    heads.push_back({{"over", accuracy ? column.group.substr(0, column.group.find(' ')) : ""},
                     {"title", column.title}});
  }
  std::string rows;
  const auto add = [&](const Row& row, std::size_t index) {
    json lines = json::array();
    for (std::size_t i = 0; i < row.runs.size(); ++i)
      lines.push_back(line(row, index, i, columns, place));
    rows += render("run_rows", {{"row", place.row(index)}, {"label", row.label}, {"lines", lines}});
  };
  add(board.original, 0);
  for (std::size_t i = 0; i < board.rows.size(); ++i) add(board.rows[i], i + 1);
  return render("runs", {{"prefix", place.prefix},
                         {"folder", place.results.generic_string()},
                         {"heads", heads},
                         {"rows", rows}});
}

}  // namespace lacuna::report
