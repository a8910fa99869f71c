#include "report/page_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/format.hpp"
#include "report/page_notes.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

json groups(const std::vector<Column>& columns) {
  json out = json::array();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (starts_group(columns, i)) {
      out.push_back({{"span", 1}, {"group", columns[i].group}});
    } else {
      out.back()["span"] = out.back()["span"].get<int>() + 1;
    }
  }
  return out;
}

json heads(const std::vector<Column>& columns, const Column& sorted) {
  json out = json::array();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = columns[i];
    out.push_back(
        {{"first", starts_group(columns, i)},
         {"id", column.attack.empty() ? column.id : column.id + " after " + column.attack},
         {"index", i + 1},
         {"best", column.higher_is_better ? "desc" : "asc"},
         {"sorted", column.id != sorted.id    ? ""
                    : column.higher_is_better ? "descending"
                                              : "ascending"},
         {"help", column.help},
         {"title", head_title(column)},
         {"up", column.higher_is_better}});
  }
  return out;
}

std::string seed_by_seed(const Measure& measure, const std::string& unit) {
  std::string text;
  for (const auto& value : measure.values) {
    text += fmt::format("{}seed {}: {}", text.empty() ? "" : " · ", value.seed,
                        with_unit(value.value, unit));
  }
  return text;
}

// Every number leads to the runs that it is the mean of.
json number(const Row& row, const std::string& href, const Measure& measure,
            const std::string& unit) {
  const auto sd = measure.sd();
  return {{"value", fmt::format("{}", measure.mean())},
          {"href", href},
          {"title", row.runs.size() == 1 ? "" : seed_by_seed(measure, unit)},
          {"text", typographic(with_unit(measure.mean(), unit))},
          {"sd", sd ? with_unit(*sd, unit) : ""}};
}

// A missing cell has no line of its own to lead to.
std::string href_of(const Row& row, RowId index, std::size_t run, const Place& place) {
  const bool missing = row.runs[run].cell->status == Status::missing;
  return missing ? "" : place.run(index, run + 1);
}

// A row none of whose runs finished: one cell across the table says why.
json unfinished(const Row& row, std::size_t index, const Place& place) {
  json out = json::array();
  for (const auto status : {Status::failed, Status::not_applicable, Status::missing}) {
    const std::size_t count = row.count(status);
    if (count == 0) continue;
    std::size_t run = 0;
    while (row.runs[run].cell->status != status) ++run;
    auto entry = badge(status, count, row.runs.size() > 1);
    entry["href"] = href_of(row, index, run, place);
    entry["reason"] = status == Status::missing ? "no result file yet" : row.runs[run].cell->reason;
    out.push_back(entry);
  }
  return out;
}

// Of the runs that did not finish in a row that has numbers.
json gaps(const Row& row, std::size_t index, const Place& place, Notes& notes) {
  json out = json::array();
  for (const auto status : {Status::failed, Status::not_applicable, Status::missing}) {
    const std::size_t count = row.count(status);
    if (count == 0) continue;
    auto entry = badge(status, count, true);
    entry["references"] = json::array();
    for (std::size_t i = 0; i < row.runs.size(); ++i) {
      const auto& run = row.runs[i];
      if (run.cell->status != status) continue;
      entry["references"].push_back(notes.reference(
          fmt::format("{}, seed {}: {}", row.label, run.seed, status_in_words(*run.cell)),
          href_of(row, index, i, place)));
    }
    out.push_back(entry);
  }
  return out;
}

json seed_chips(const Row& row, std::size_t index, const Place& place) {
  json out = json::array();
  for (std::size_t i = 0; i < row.runs.size(); ++i) {
    out.push_back({{"status", to_string(row.runs[i].cell->status)},
                   {"seed", row.runs[i].seed},
                   {"href", href_of(row, index, i, place)}});
  }
  return out;
}

// The original model has no scores, so a table of scores alone has no line for it; one that did not
// run is always told.
bool shows_any(const Row& original, const std::vector<Column>& columns) {
  return original.count(Status::ok) == 0 ||
         std::any_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return measure_of(original, column); });
}

class Lines {
 public:
  Lines(const Board& board, const std::vector<Column>& columns, const Place& place,
        const BoardTableStyle& style, Notes& notes)
      : board_(board), columns_(columns), place_(place), style_(style), notes_(notes) {}

  json line(const Row& row, std::size_t index) {
    const bool ok = row.count(Status::ok) > 0, original = index == 0;
    const bool ranked = !original && defined_measure(row, board_.ranking);
    json out{{"original", original},
             {"label", row.label},
             {"ranks", style_.rank},
             {"rank", ranked ? std::to_string(index) : ""},
             {"gaps", ok && style_.chips ? gaps(row, index, place_, notes_) : json()},
             {"has_chips", style_.chips && row.runs.size() > 1},
             {"chips", seed_chips(row, index, place_)},
             {"unfinished", !ok},
             {"why", ok ? json() : unfinished(row, index, place_)},
             {"width", std::max<std::size_t>(1, columns_.size() + style_.seeds)},
             {"cells", json::array()},
             {"seeds", ok && style_.seeds}};
    if (!ok) return out;
    linked_ = false;
    for (std::size_t i = 0; i < columns_.size(); ++i) out["cells"].push_back(cell(row, index, i));
    const std::size_t done = row.count(Status::ok), all = row.runs.size();
    out["done"] = original ? "" : std::to_string(done);
    out["done_text"] = original      ? ""
                       : done == all ? std::to_string(done)
                                     : fmt::format("{}/{}", done, all);
    return out;
  }

 private:
  json cell(const Row& row, std::size_t index, std::size_t i) {
    const auto& column = columns_[i];
    const auto* measure = measure_of(row, column);
    json out{{"first", starts_group(columns_, i)},
             {"number", false},
             {"bar", ""},
             {"references", unfinished_attacks(row, index, column)}};
    if (!measure || !measure->defined()) {
      out["dash"] = index > 0 || measure;
      if (measure && !measure->reason.empty())
        out["references"].push_back(notes_.reference(measure->reason));
      return out;
    }
    const RowId of(index, attack_number(row, column));
    out["number"] = number(row, place_.row(of), *measure, column.unit);
    // All numbers of a line that lead to one place: the keyboard stops at the first alone.
    out["number"]["again"] = of.attack == 0 && std::exchange(linked_, true);
    if (column.id == style_.bar)
      out["bar"] = fmt::format("{:.2f}", std::clamp(measure->mean(), 0.0, 1.0) * 100);
    return out;
  }

  // From 1; 0 for a number of the row itself.
  static std::size_t attack_number(const Row& row, const Column& column) {
    if (column.of != Column::Of::attacked) return 0;
    return static_cast<std::size_t>(row.attacked_by(column.attack) - row.attacks.data()) + 1;
  }

  // Why the number after an attack is of fewer seeds, or missing.
  json unfinished_attacks(const Row& row, std::size_t index, const Column& column) {
    json out = json::array();
    const Row* attack =
        column.of == Column::Of::attacked ? row.attacked_by(column.attack) : nullptr;
    if (!attack) return out;
    const RowId id(index, attack_number(row, column));
    for (std::size_t i = 0; i < attack->runs.size(); ++i) {
      const auto& run = attack->runs[i];
      if (run.cell->status == Status::ok) continue;
      out.push_back(notes_.reference(
          fmt::format("{}, seed {}: {}", attack->label, run.seed, status_in_words(*run.cell)),
          href_of(*attack, id, i, place_)));
    }
    return out;
  }

  const Board& board_;
  const std::vector<Column>& columns_;
  const Place& place_;
  const BoardTableStyle& style_;
  Notes& notes_;
  bool linked_ = false;  // whether the present line already has a link
};

}  // namespace

std::string board_table(const Board& board, const std::vector<Column>& columns, const Place& place,
                        const BoardTableStyle& style) {
  const std::string id = place.prefix + "-" + style.id;
  Notes notes(id);
  Lines lines(board, columns, place, style, notes);
  json view{{"table", id},
            {"caption", style.caption},
            {"wide", columns.size() > 8},
            {"groups", groups(columns)},
            {"heads", heads(columns, style.sorted)},
            {"n", style.seeds ? json(columns.size() + 1) : json()},
            {"original", ""}};
  if (!style.attacked && shows_any(board.original, columns))
    view["original"] = render("board_row", lines.line(board.original, 0));
  std::string rows;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    if (!style.attacked || !board.rows[i].attacks.empty())
      rows += render("board_row", lines.line(board.rows[i], i + 1));
  }
  view["rows"] = rows;
  view["notes"] = notes.list();
  return render("board_table", view);
}

}  // namespace lacuna::report
