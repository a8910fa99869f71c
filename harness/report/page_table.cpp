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

json heads(const std::vector<Column>& columns, const std::string& sorted) {
  json out = json::array();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = columns[i];
    out.push_back({{"first", starts_group(columns, i)},
                   {"id", column.id},
                   {"index", i + 1},
                   {"best", column.higher_is_better ? "desc" : "asc"},
                   {"sorted", column.id == sorted},
                   {"help", column.help},
                   {"title", column.title},
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
std::string href_of(const Row& row, std::size_t index, std::size_t run, const Place& place) {
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
                     [&](const Column& column) { return original.measures.contains(column.id); });
}

class Lines {
 public:
  Lines(const Board& board, const std::vector<Column>& columns, const Place& place,
        const TableStyle& style, bool stored, Notes& notes)
      : board_(board),
        columns_(columns),
        place_(place),
        style_(style),
        stored_(stored),
        notes_(notes) {}

  json line(const Row& row, std::size_t index) {
    const bool ok = row.count(Status::ok) > 0, original = index == 0;
    const auto q_u = row.measures.find("q_u");
    const bool ranked = !original && q_u != row.measures.end() && q_u->second.defined();
    json out{{"original", original},
             {"label", row.label},
             {"ranks", style_.rank},
             {"rank", ranked ? std::to_string(index) : ""},
             {"gaps", ok && style_.chips ? gaps(row, index, place_, notes_) : json()},
             {"has_chips", style_.chips && row.runs.size() > 1},
             {"chips", seed_chips(row, index, place_)},
             {"unfinished", !ok},
             {"why", ok ? json() : unfinished(row, index, place_)},
             {"width", columns_.size() + style_.seeds},
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
    const auto& measures = stored_ ? row.metrics : row.measures;
    const auto found = measures.find(column.id);
    json out{{"first", starts_group(columns_, i)}, {"number", false}, {"bar", ""}};
    const bool blank = index == 0 && !row.measures.contains(column.id);
    if (found == measures.end() || !found->second.defined()) {
      const bool explained = found != measures.end() && !found->second.reason.empty();
      out["dash"] = !blank;
      out["references"] =
          explained ? json::array({notes_.reference(found->second.reason)}) : json();
      return out;
    }
    const Measure& measure = found->second;
    out["number"] = number(row, place_.row(index), measure,
                           stored_ ? board_.units.at(column.id) : std::string("1"));
    // All numbers of a line lead to one place: the keyboard stops at the first alone.
    out["number"]["again"] = std::exchange(linked_, true);
    if (column.id == style_.bar)
      out["bar"] = fmt::format("{:.2f}", std::clamp(measure.mean(), 0.0, 1.0) * 100);
    return out;
  }

  const Board& board_;
  const std::vector<Column>& columns_;
  const Place& place_;
  const TableStyle& style_;
  bool stored_;
  Notes& notes_;
  bool linked_ = false;  // whether the present line already has a link
};

}  // namespace

std::string board_table(const Board& board, const std::vector<Column>& columns, const Place& place,
                        const TableStyle& style, bool stored) {
  const std::string id = place.prefix + "-" + style.id;
  Notes notes(id);
  Lines lines(board, columns, place, style, stored, notes);
  json view{{"table", id},
            {"caption", style.caption},
            {"groups", groups(columns)},
            {"heads", heads(columns, style.sorted)},
            {"n", style.seeds ? json(columns.size() + 1) : json()},
            {"original", ""}};
  if (!stored && shows_any(board.original, columns))
    view["original"] = render("board_row", lines.line(board.original, 0));
  std::string rows;
  for (std::size_t i = 0; i < board.rows.size(); ++i)
    rows += render("board_row", lines.line(board.rows[i], i + 1));
  view["rows"] = rows;
  view["notes"] = notes.list();
  return render("board_table", view);
}

}  // namespace lacuna::report
