#include "report/html_board_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/html_notes.hpp"
#include "report/html_text.hpp"

namespace lacuna::report {
namespace {

std::string th(const Column& column, std::size_t index, bool sorted, bool starts_group) {
  const char* best = column.higher_is_better ? "desc" : "asc";
  return fmt::format(
      R"(<th scope="col" class="num{}" data-sort="{}" data-i="{}" data-best="{}"{}{}>{}{}</th>)",
      starts_group ? " first" : "", esc(column.id), index, best,
      sorted ? R"( aria-sort="descending")" : "",
      column.help.empty() ? "" : " title=\"" + esc(column.help) + "\"", esc(column.title),
      arrow(column));
}

bool starts_group(const std::vector<Column>& columns, std::size_t i) {
  return i == 0 || columns[i].group != columns[i - 1].group;
}

// Two header rows: groups over columns.
std::string head(const std::vector<Column>& columns, const std::string& sorted,
                 const std::string& tail_group, const std::string& tail) {
  std::string groups = "<tr><td class=\"method\"></td>";
  std::string titles =
      R"(<tr><th scope="col" class="method" data-sort="method" data-i="0" data-best="asc">Method</th>)";
  for (std::size_t i = 0; i < columns.size(); ++i) {
    titles += th(columns[i], i + 1, columns[i].id == sorted, starts_group(columns, i));
    if (!starts_group(columns, i)) continue;
    std::size_t span = 1;
    while (i + span < columns.size() && !starts_group(columns, i + span)) ++span;
    groups +=
        columns[i].group.empty()
            ? fmt::format("<td colspan=\"{}\" class=\"first\"></td>", span)
            : fmt::format(
                  R"(<th scope="colgroup" colspan="{}" class="group first"><span>{}</span></th>)",
                  span, esc(columns[i].group));
  }
  return "<thead>\n" + groups + tail_group + "</tr>\n" + titles + tail + "</tr>\n</thead>\n";
}

std::string seed_by_seed(const Measure& measure, const std::string& unit) {
  std::string text;
  for (const auto& value : measure.values) {
    text += fmt::format("{}seed {}: {}", text.empty() ? "" : " · ", value.seed,
                        with_unit(value.value, unit));
  }
  return text;
}

struct NumberStyle {
  bool bar = false;    // a bar under the number: how far from 0 to 100 %
  bool first = false;  // opens a group of columns
  std::string unit = "1";
};

// One seed: the number leads to its result file. Several: to the runs it was averaged from, each
// linked to its file.
std::string number(const Row& row, const std::string& id,
                   const std::map<std::string, Measure>& measures, const Place& place,
                   std::size_t row_index, Notes& notes, const NumberStyle& style) {
  const std::string first = style.first ? " first" : "";
  const auto found = measures.find(id);
  if (found == measures.end() || !found->second.defined()) {
    const bool explained = found != measures.end() && !found->second.reason.empty();
    return fmt::format("<td class=\"num none{}\">–{}</td>", first,
                       explained ? notes.reference(esc(found->second.reason)) : "");
  }
  const Measure& measure = found->second;
  const auto sd = measure.sd();
  const bool single = row.runs.size() == 1;
  const std::string target = single ? place.cell(measure.values.front().key)
                                    : fmt::format("#{}-r{}", place.prefix, row_index);
  std::string bar;
  if (style.bar) {
    const double length = std::clamp(measure.mean(), 0.0, 1.0) * 100;
    bar = fmt::format(
        R"(<svg class="bar" viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="3" class="rail"/><rect width="{:.2f}" height="3"/></svg>)",
        length);
  }
  return fmt::format(
      R"(<td class="num{}" data-v="{}"><a href="{}"{}>{}{}</a>{}</td>)", first, measure.mean(),
      esc(target), single ? "" : " title=\"" + esc(seed_by_seed(measure, style.unit)) + "\"",
      typographic(with_unit(measure.mean(), style.unit)),
      sd ? "<span class=\"sd\"> ± " + with_unit(*sd, style.unit) + "</span>" : "", bar);
}

// A row none of whose runs finished: one cell across the table says why.
std::string unfinished(const Row& row, std::size_t span, const Place& place) {
  std::string text;
  for (const auto status : {Status::failed, Status::not_applicable, Status::missing}) {
    const std::size_t count = row.count(status);
    if (count == 0) continue;
    const Cell* cell = row.first(status);
    const std::string reason = status == Status::missing ? "no result file yet" : cell->reason;
    text +=
        fmt::format("{}{} {}", text.empty() ? "" : " ", badge(status, count, row.runs.size() > 1),
                    cell_link(place, *cell, esc(reason)));
  }
  return fmt::format(R"(<td class="why" colspan="{}">{}</td>)", span, text);
}

// Of the runs that did not finish in a row that has numbers.
std::string gaps(const Row& row, const Place& place, Notes& notes) {
  std::string out;
  for (const auto status : {Status::failed, Status::not_applicable, Status::missing}) {
    const std::size_t count = row.count(status);
    if (count == 0) continue;
    out += fmt::format(" {}", badge(status, count, true));
    for (const auto& run : row.runs) {
      if (run.cell->status != status) continue;
      const std::string text =
          esc(fmt::format("{}, seed {}: {}", row.label, run.seed, status_in_words(*run.cell)));
      out += notes.reference(cell_link(place, *run.cell, text));
    }
  }
  return out;
}

std::string seed_chips(const Row& row, const Place& place) {
  if (row.runs.size() < 2) return "";
  std::string out = "<span class=\"seeds\">seeds";
  for (const auto& run : row.runs) {
    out += fmt::format(R"( <span class="seed {}">{}</span>)", to_string(run.cell->status),
                       cell_link(place, *run.cell, std::to_string(run.seed)));
  }
  return out + "</span>";
}

// The original model has no scores, so a table of scores alone has no line for it; one that did not
// run is always told.
bool shows_any(const Row& original, const std::vector<Column>& columns) {
  return original.count(Status::ok) == 0 ||
         std::any_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return original.measures.contains(column.id); });
}

}  // namespace

std::string board_table(const Board& board, const std::vector<Column>& columns, const Place& place,
                        const TableStyle& style, bool stored) {
  Notes notes(place.prefix + "-" + style.id);
  const auto line = [&](const Row& row, std::size_t index, bool original) {
    std::string out =
        fmt::format(R"(<tr{} data-row="{}"><th scope="row" class="method" data-t="{}">)",
                    original ? " class=\"original\"" : "", esc(row.label), esc(row.label));
    const bool ok = row.count(Status::ok) > 0;
    if (style.rank) {
      const auto q_u = row.measures.find("q_u");
      const bool ranked = !original && q_u != row.measures.end() && q_u->second.defined();
      out += fmt::format("<span class=\"rank\">{}</span>", ranked ? std::to_string(index) : "");
    }
    out += "<span class=\"name\">" + esc(row.label) +
           (ok && style.chips ? gaps(row, place, notes) : "") +
           (style.chips ? seed_chips(row, place) : "") + "</span></th>";
    const std::size_t width = columns.size() + style.seeds;
    if (!ok) return out + unfinished(row, width, place) + "</tr>\n";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto& column = columns[i];
      NumberStyle look{.bar = column.id == style.bar, .first = starts_group(columns, i)};
      if (stored) look.unit = board.units.at(column.id);
      const bool blank = original && !row.measures.contains(column.id);
      out += blank ? fmt::format("<td class=\"num none{}\"></td>", look.first ? " first" : "")
                   : number(row, column.id, stored ? row.metrics : row.measures, place, index,
                            notes, look);
    }
    if (style.seeds) {
      const std::size_t done = row.count(Status::ok);
      out += original ? "<td class=\"num none first\"></td>"
                      : fmt::format(R"(<td class="num first" data-v="{}">{}</td>)", done,
                                    done == row.runs.size()
                                        ? std::to_string(done)
                                        : fmt::format("{}/{}", done, row.runs.size()));
    }
    return out + "</tr>\n";
  };
  std::string out = fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{0}-{1}-c\">\n"
      "<table id=\"{0}-{1}\" class=\"sortable\">\n<caption id=\"{0}-{1}-c\">{2}</caption>\n",
      place.prefix, style.id, style.caption);
  const std::string tail =
      style.seeds
          ? fmt::format(
                R"(<th scope="col" class="num first" data-sort="n" data-i="{}" data-best="desc" title="Seeds that finished">n</th>)",
                columns.size() + 1)
          : "";
  out += head(columns, style.sorted, style.seeds ? "<td class=\"first\"></td>" : "", tail);
  if (!stored && shows_any(board.original, columns))
    out += "<tbody class=\"fixed\">\n" + line(board.original, 0, true) + "</tbody>\n";
  out += "<tbody class=\"rows\">\n";
  for (std::size_t i = 0; i < board.rows.size(); ++i) out += line(board.rows[i], i + 1, false);
  return out + "</tbody>\n</table>\n</div>\n" + notes.list();
}

}  // namespace lacuna::report
