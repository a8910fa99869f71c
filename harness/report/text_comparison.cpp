#include "report/text_comparison.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/text_lines.hpp"

namespace lacuna::report {
namespace {

template <class Cell>
Line line_of(const std::string& name, const Comparison& comparison, const ComparedRow& row,
             Cell&& cell) {
  Line line{name};
  for (const auto& column : comparison.columns) {
    const auto found = row.numbers.find(column.id);
    line.push_back(found == row.numbers.end() ? "" : cell(found->second));
  }
  return line;
}

std::string measured(const ComparedNumber& number) {
  return number.measured ? mean_and_sd(*number.measured, "1") : "-";
}

std::string interval(const ComparedNumber& number) {
  if (!number.interval) return "";
  return fmt::format("{} to {}", percent(number.interval->lower), percent(number.interval->upper));
}

std::string published(const ComparedNumber& number) {
  const auto& it = *number.published;
  return percent(it.is_printed ? it.printed : it.value) + (it.erratum ? "*" : "");
}

std::string difference(const ComparedNumber& number) {
  if (!number.difference) return "";
  const char* verdict = !number.inside ? "" : *number.inside ? " inside" : " outside";
  return points(*number.difference) + verdict;
}

bool any(const ComparedRow& row, std::string (*cell)(const ComparedNumber&)) {
  return std::any_of(row.numbers.begin(), row.numbers.end(),
                     [&](const auto& entry) { return !cell(entry.second).empty(); });
}

void add(std::vector<Line>& lines, const Comparison& comparison, const ComparedRow& row) {
  lines.push_back(line_of(row.label, comparison, row, measured));
  if (any(row, interval)) lines.push_back(line_of("· 95 % interval", comparison, row, interval));
  const std::string source =
      row.printed_from == "second_hand" ? "· published (second hand)" : "· published";
  lines.push_back(line_of(source, comparison, row, published));
  if (any(row, difference)) lines.push_back(line_of("· difference", comparison, row, difference));
}

std::vector<Line> lines_of(const Comparison& comparison) {
  Line head{"Method"};
  for (const auto& column : comparison.columns)
    head.push_back(full_title(column) + (column.higher_is_better ? " ↑" : " ↓"));
  std::vector<Line> lines{head};
  if (!comparison.original.numbers.empty()) add(lines, comparison, comparison.original);
  for (const auto& row : comparison.rows) add(lines, comparison, row);
  return lines;
}

std::vector<std::string> errata(const Comparison& comparison) {
  std::vector<std::string> out;
  const auto add_row = [&](const ComparedRow& row) {
    for (const auto& column : comparison.columns) {
      const auto found = row.numbers.find(column.id);
      if (found == row.numbers.end() || !found->second.published->erratum) continue;
      const auto& erratum = *found->second.published->erratum;
      out.push_back(fmt::format("* {}, {}: printed {:.2f}, {:.2f} is right: {}", row.label,
                                full_title(column), erratum.printed, erratum.correct,
                                erratum.note));
    }
  };
  add_row(comparison.original);
  for (const auto& row : comparison.rows) add_row(row);
  return out;
}

bool any_interval(const Comparison& comparison) {
  return std::any_of(comparison.rows.begin(), comparison.rows.end(),
                     [](const ComparedRow& row) { return any(row, interval); });
}

}  // namespace

std::string source_in_words(const Comparison& comparison) {
  const auto& table = comparison.table();
  return fmt::format("{} ({}), printed by its authors, not measured here", table.place,
                     table.reference);
}

std::string intervals_in_words(const Comparison& comparison) {
  std::size_t seeds = 0;
  for (const auto& row : comparison.rows) {
    for (const auto& [id, number] : row.numbers) {
      if (number.measured) seeds = std::max(seeds, number.measured->values.size());
    }
  }
  std::string text =
      "95 % interval of our number over test pictures: of an accuracy exact (Clopper-Pearson), of "
      "a score from what each picture contributes to it (normal theory)";
  if (seeds > 1)
    text +=
        ", widened by Student's t for one further run with another seed, since a published "
        "number is one run";
  return text + ".";
}

std::string plain_comparison(const Comparison& comparison) {
  std::string out = printable(fmt::format("Beside {}.", source_in_words(comparison))) + "\n" +
                    printable(fmt::format("Gate {}.", comparison.gate.in_words())) + "\n";
  if (!comparison.gate.passed())
    out += "Measured and published are not comparable, so no difference is given.\n";
  out += "\n" + plain_lines(lines_of(comparison));
  if (any_interval(comparison)) out += "  " + intervals_in_words(comparison) + "\n";
  for (const auto& note : errata(comparison)) out += "  " + printable(note) + "\n";
  return out;
}

std::string markdown_comparison(const Comparison& comparison) {
  std::string out = markdown_escaped(fmt::format("Beside {}. Gate {}.", source_in_words(comparison),
                                                 comparison.gate.in_words())) +
                    "\n\n" + markdown_lines(lines_of(comparison));
  if (any_interval(comparison)) out += "\n" + intervals_in_words(comparison) + "\n";
  for (const auto& note : errata(comparison)) out += "\n" + markdown_escaped(note) + "\n";
  return out;
}

}  // namespace lacuna::report
