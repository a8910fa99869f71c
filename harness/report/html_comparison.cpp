#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/html_notes.hpp"
#include "report/html_parts.hpp"
#include "report/html_text.hpp"
#include "report/text_comparison.hpp"

namespace lacuna::report {
namespace {

std::string count_in_words(const Count& count) {
  return count.n == 0 ? "–" : fmt::format("{} of {}", grouped(count.correct), grouped(count.n));
}

std::string signed_number(std::int64_t number) {
  return number == 0 ? "0"
                     : typographic(fmt::format("{}{}", number > 0 ? "+" : "", grouped(number)));
}

std::string gate_table(const Gate& gate) {
  std::string out =
      "<table class=\"anchors\">\n<thead><tr><th scope=\"col\">Original model</th><th "
      "scope=\"col\" class=\"num\">published</th><th scope=\"col\" class=\"num\">measured</th><th "
      "scope=\"col\" class=\"num\">difference</th><th scope=\"col\" class=\"num\">allowed</th><th "
      "scope=\"col\"></th></tr></thead>\n<tbody>\n";
  for (const auto& check : gate.checks) {
    const bool counted = check.measured.n > 0, same = check.measured.n == check.published.n;
    out += fmt::format(
        "<tr><th scope=\"row\">{} {}</th><td class=\"num\">{}</td><td class=\"num\">{}</td>"
        "<td class=\"num\">{}</td><td class=\"num\">±{}</td><td class=\"{}\">{}</td></tr>\n",
        check.group, check.level, count_in_words(check.published), count_in_words(check.measured),
        same ? signed_number(check.difference()) : "–", check.allowed,
        check.met() ? "inside" : "outside",
        check.met() ? "met"
        : !counted  ? "not counted"
        : same      ? "not met"
                    : "other pictures");
  }
  return out + "</tbody>\n</table>\n";
}

std::string gate_box(const Comparison& comparison) {
  const Gate& gate = comparison.gate;
  const char* what =
      gate.passed()
          ? "So measured and published numbers are of the same thing and may be compared."
          : "Measured and published numbers stand beside each other below, but they are not "
            "comparable, so no difference is given.";
  std::string counts;
  if (!gate.checks.empty())
    counts =
        fmt::format("<details{}><summary>The original model’s counts</summary>\n{}</details>\n",
                    gate.passed() ? "" : " open", gate_table(gate));
  return fmt::format(
      "<div class=\"gate {}\">\n<p><b class=\"gate-state\">Gate {}.</b> {}</p>\n{}</div>\n",
      to_string(gate.state), esc(gate.in_words()), what, counts);
}

std::string interval_in_words(const Interval& interval) {
  return fmt::format("{} – {}", typographic(percent(interval.lower)),
                     typographic(percent(interval.upper)));
}

// Where an interval comes from, part by part.
std::string interval_title(const ComparedNumber& number) {
  std::string out = "95 % interval over test pictures: " + interval_in_words(*number.pictures);
  if (number.further_run)
    out += fmt::format("; a further run with another seed: ± {}", percent(*number.further_run));
  return out;
}

std::string measured_cell(const ComparedNumber& number, const ComparedRow& row,
                          const Place& place) {
  if (!number.measured) return "–";
  const auto sd = number.measured->sd();
  std::string text = typographic(percent(number.measured->mean()));
  const std::size_t line = row.row ? *row.row + 1 : 0;
  text = fmt::format("<a href=\"#{}-r{}\">{}{}</a>", place.prefix, line, text,
                     sd ? "<span class=\"sd\"> ± " + percent(*sd) + "</span>" : "");
  if (number.interval)
    text += fmt::format("<span class=\"interval\" title=\"{}\">{}</span>",
                        esc(interval_title(number)), interval_in_words(*number.interval));
  return text;
}

std::string published_cell(const ComparedNumber& number, const ComparedRow& row,
                           const Column& column, Notes& notes) {
  const auto& it = *number.published;
  std::string text = percent(it.is_printed ? it.printed : it.value);
  if (it.pictures)
    text = fmt::format(
        "<span title=\"{}\">{}</span>",
        esc("95 % interval of this count over test pictures: " + interval_in_words(*it.pictures)),
        text);
  if (it.erratum)
    text += notes.reference(esc(fmt::format("{}, {}: printed {:.2f}; {:.2f} is right: {}.",
                                            row.published, full_title(column), it.erratum->printed,
                                            it.erratum->correct, it.erratum->note)));
  if (!it.is_printed) text += notes.reference("Not printed; follows from the counts.");
  if (row.printed_from == "second_hand")
    text += notes.reference("Second hand: from a summary of the paper, not from its own table.");
  return text;
}

std::string difference_cell(const ComparedNumber& number) {
  if (!number.difference) return "";
  const std::string text = typographic(points(*number.difference));
  if (!number.inside) return text;
  return fmt::format("{} <span class=\"verdict {}\">{}</span>", text,
                     *number.inside ? "inside" : "outside", *number.inside ? "inside" : "outside");
}

template <class Cell>
std::string line(const Comparison& comparison, const ComparedRow& row, const char* name,
                 Cell&& cell) {
  std::string out = fmt::format("<td class=\"side\">{}</td>", name);
  for (const auto& column : comparison.columns) {
    const auto found = row.numbers.find(column.id);
    out += "<td class=\"num\">" + (found == row.numbers.end() ? "" : cell(found->second, column)) +
           "</td>";
  }
  return out + "</tr>\n";
}

std::string rows(const Comparison& comparison, const ComparedRow& row, const Place& place,
                 Notes& notes) {
  const bool differs = std::any_of(row.numbers.begin(), row.numbers.end(), [](const auto& entry) {
    return entry.second.difference.has_value();
  });
  std::string out =
      fmt::format("<tbody>\n<tr><th scope=\"rowgroup\" rowspan=\"{}\" class=\"method\">{}</th>",
                  differs ? 3 : 2, esc(row.label));
  out += line(comparison, row, "measured", [&](const ComparedNumber& number, const Column&) {
    return measured_cell(number, row, place);
  });
  out += "<tr class=\"theirs\">" + line(comparison, row, "published",
                                        [&](const ComparedNumber& number, const Column& column) {
                                          return published_cell(number, row, column, notes);
                                        });
  if (differs)
    out += "<tr>" +
           line(comparison, row, "difference", [](const ComparedNumber& number, const Column&) {
             return difference_cell(number);
           });
  out += "</tbody>\n";
  return out;
}

std::string caption(const Comparison& comparison) {
  std::string out = "In per cent, differences in percentage points (measured minus published). ";
  if (comparison.gate.passed())
    out += "<b>Inside</b>: the published number lies in the interval below our number. ";
  out += "The small numbers: " + esc(intervals_in_words(comparison));
  return out;
}

}  // namespace

std::string comparison_section(const Comparison& comparison, const Place& place,
                               std::size_t index) {
  const auto& table = comparison.table();
  const std::string id = fmt::format("{}-pub{}", place.prefix, index);
  Notes notes(id);
  std::string out = fmt::format(
      "<p>{} of {}, <i>{}</i> ({}): printed by its authors, {}, and not measured by this program. "
      "{}</p>\n",
      esc(table.place), esc(table.authors), esc(table.paper), esc(table.reference),
      table.seeds == 1 ? "from one seed" : fmt::format("from {} seeds", table.seeds),
      esc(table.note));
  out += gate_box(comparison);
  out += fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-labelledby=\"{0}-c\">\n<table "
      "id=\"{0}\" class=\"beside\">\n<caption id=\"{0}-c\">{1}</caption>\n<thead><tr><th "
      "scope=\"col\" class=\"method\">Method</th><td></td>",
      id, caption(comparison));
  for (const auto& column : comparison.columns)
    out += fmt::format("<th scope=\"col\" class=\"num\">{}{}</th>", esc(full_title(column)),
                       arrow(column));
  out += "</tr></thead>\n";
  if (!comparison.original.numbers.empty())
    out += rows(comparison, comparison.original, place, notes);
  for (const auto& row : comparison.rows) out += rows(comparison, row, place, notes);
  out += "</table>\n</div>\n" + notes.list();
  if (comparison.others > 0)
    out += fmt::format("<p>{} more row{} of that table {} no counterpart in this suite.</p>\n",
                       comparison.others, comparison.others == 1 ? "" : "s",
                       comparison.others == 1 ? "has" : "have");
  return out;
}

}  // namespace lacuna::report
