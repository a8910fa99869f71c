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

bool has_counts(const Cell& cell) {
  return std::any_of(cell.values.begin(), cell.values.end(),
                     [](const StoredValue& value) { return value.count && value.count->n > 0; });
}

json line(const Row& row, RowId index, std::size_t i, const std::vector<Column>& columns,
          const Place& place) {
  const Run& run = row.runs[i];
  const Cell& cell = *run.cell;
  const bool original = index.row == 0, ok = cell.status == Status::ok;
  json out{{"run", place.run(index, i + 1)},
           {"span", i == 0 ? json(row.runs.size()) : json()},
           {"seed", original ? json() : json(run.seed)},
           {"numbers", json::array()},
           {"why", json()},
           {"curve", sparkline(cell)},
           // An original is the model itself: no job unlearned it.
           {"file", original || cell.status == Status::missing ? "" : place.unlearned(cell.key)},
           {"key", cell.key.substr(0, 10)}};
  bool linked = false;  // the keyboard stops at a line's first number alone
  for (const auto& column : columns) {
    if (!ok) break;
    const Measure* measure = measure_of(row, column);
    const SeedValue* value = measure ? measure->of(cell.key) : nullptr;
    const bool leads = value && has_counts(cell);
    const std::string none = original || (index.attack > 0 && !measure) ? "" : "–";
    out["numbers"].push_back(
        {{"href", leads ? place.counts(index, i + 1) : ""},
         {"again", leads && std::exchange(linked, true)},
         {"text", value ? typographic(with_unit(value->value, column.unit)) : none}});
  }
  if (!ok) {
    out["why"] = badge(cell.status, 1, false);
    out["why"]["width"] = std::max<std::size_t>(1, columns.size());
    out["why"]["reason"] = cell.status == Status::missing
                               ? "no result file yet"
                               : (cell.failure.empty() ? "" : cell.failure + ": ") + cell.reason;
  }
  return out;
}

}  // namespace

std::string runs_table(const Board& board, const Place& place) {
  const auto columns = ranked_first(board);
  json heads = json::array();
  for (const auto& column : columns)
    heads.push_back({{"over", set_of(column)}, {"title", head_title(column)}});
  std::string rows;
  for_all_rows(board, [&](const Row& row, RowId index) {
    json lines = json::array();
    for (std::size_t i = 0; i < row.runs.size(); ++i)
      lines.push_back(line(row, index, i, columns, place));
    rows += render("run_rows", {{"row", place.row(index)}, {"label", row.label}, {"lines", lines}});
  });
  return render("runs", {{"prefix", place.prefix},
                         {"folder", place.results.generic_string()},
                         {"heads", heads},
                         {"rows", rows}});
}

}  // namespace lacuna::report
