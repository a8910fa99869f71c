#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/page_notes.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"
#include "report/text_comparison.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

std::string count_in_words(const Count& count) {
  return count.n == 0 ? "–" : fmt::format("{} of {}", grouped(count.correct), grouped(count.n));
}

std::string signed_number(std::int64_t number) {
  return number == 0 ? "0"
                     : typographic(fmt::format("{}{}", number > 0 ? "+" : "", grouped(number)));
}

json gate_view(const Gate& gate) {
  json checks = json::array();
  for (const auto& check : gate.checks) {
    const bool counted = check.measured.n > 0, same = check.measured.n == check.published.n;
    checks.push_back({{"group", check.group},
                      {"level", check.level},
                      {"published", count_in_words(check.published)},
                      {"measured", count_in_words(check.measured)},
                      {"difference", same ? signed_number(check.difference()) : "–"},
                      {"allowed", check.allowed},
                      {"met", check.met()},
                      {"verdict", check.met() ? "met"
                                  : !counted  ? "not counted"
                                  : same      ? "not met"
                                              : "other pictures"}});
  }
  return {{"state", to_string(gate.state)},
          {"words", gate.in_words()},
          {"passed", gate.passed()},
          {"has_checks", !checks.empty()},
          {"checks", checks}};
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

json measured_cell(const ComparedNumber& number, const ComparedRow& row, const Place& place) {
  if (!number.measured) return {{"measured", false}};
  const auto sd = number.measured->sd();
  json out{{"href", place.row(row.row ? *row.row + 1 : 0)},
           {"text", typographic(percent(number.measured->mean()))},
           {"sd", sd ? percent(*sd) : ""},
           {"interval", ""}};
  if (number.interval) {
    out["interval"] = interval_in_words(*number.interval);
    out["title"] = interval_title(number);
  }
  return {{"measured", out}};
}

json published_cell(const ComparedNumber& number, const ComparedRow& row, const Column& column,
                    Notes& notes) {
  const auto& it = *number.published;
  json references = json::array();
  if (it.erratum)
    references.push_back(notes.reference(fmt::format(
        "{}, {}: printed {:.2f}; {:.2f} is right: {}.", row.published, full_title(column),
        it.erratum->printed, it.erratum->correct, it.erratum->note)));
  if (!it.is_printed)
    references.push_back(notes.reference("Not printed; follows from the counts."));
  if (row.printed_from == "second_hand")
    references.push_back(
        notes.reference("Second hand: from a summary of the paper, not from its own table."));
  return {{"text", percent(it.is_printed ? it.printed : it.value)},
          {"title", it.pictures ? "95 % interval of this count over test pictures: " +
                                      interval_in_words(*it.pictures)
                                : ""},
          {"references", references}};
}

json difference_cell(const ComparedNumber& number) {
  if (!number.difference) return {{"text", ""}, {"verdict", ""}};
  return {{"text", typographic(points(*number.difference))},
          {"verdict", !number.inside   ? ""
                      : *number.inside ? "inside"
                                       : "outside"}};
}

// A cell for every column, empty where nothing is published.
template <class Cell>
json line(const Comparison& comparison, const ComparedRow& row, Cell&& cell) {
  json out = json::array();
  for (const auto& column : comparison.columns) {
    const auto found = row.numbers.find(column.id);
    out.push_back({{"cell", found == row.numbers.end() ? json() : cell(found->second, column)}});
  }
  return out;
}

std::string rows(const Comparison& comparison, const ComparedRow& row, const Place& place,
                 Notes& notes) {
  const bool differs = std::any_of(row.numbers.begin(), row.numbers.end(), [](const auto& entry) {
    return entry.second.difference.has_value();
  });
  const auto ours = [&](const ComparedNumber& number, const Column&) {
    return measured_cell(number, row, place);
  };
  const auto theirs = [&](const ComparedNumber& number, const Column& column) {
    return published_cell(number, row, column, notes);
  };
  const auto both = [](const ComparedNumber& number, const Column&) {
    return difference_cell(number);
  };
  return render("comparison_rows", {{"label", row.label},
                                    {"span", differs ? 3 : 2},
                                    {"ours", line(comparison, row, ours)},
                                    {"theirs", line(comparison, row, theirs)},
                                    {"differs", differs},
                                    {"differences", line(comparison, row, both)}});
}

}  // namespace

std::string comparison_section(const Comparison& comparison, const Place& place,
                               std::size_t index) {
  const auto& table = comparison.table();
  const std::string id = fmt::format("{}-pub{}", place.prefix, index);
  Notes notes(id);
  json heads = json::array();
  for (const auto& column : comparison.columns)
    heads.push_back({{"title", full_title(column)}, {"up", column.higher_is_better}});
  std::string lines;
  if (!comparison.original.numbers.empty())
    lines += rows(comparison, comparison.original, place, notes);
  for (const auto& row : comparison.rows) lines += rows(comparison, row, place, notes);
  return render(
      "comparison",
      {{"table", id},
       {"place", table.place},
       {"authors", table.authors},
       {"paper", table.paper},
       {"reference", table.reference},
       {"seeds", table.seeds == 1 ? "one seed" : fmt::format("{} seeds", table.seeds)},
       {"remark", table.note},
       {"gate", gate_view(comparison.gate)},
       {"passed", comparison.gate.passed()},
       {"intervals", intervals_in_words(comparison)},
       {"heads", heads},
       {"rows", lines},
       {"notes", notes.list()},
       {"others", comparison.others == 0 ? ""
                  : comparison.others == 1
                      ? "1 more row of that table has"
                      : fmt::format("{} more rows of that table have", comparison.others)}});
}

}  // namespace lacuna::report
