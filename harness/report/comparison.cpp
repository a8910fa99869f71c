#include "report/comparison.hpp"

#include <algorithm>
#include <set>

namespace lacuna::report {
namespace {

constexpr double last_digit = 1e-4;  // per cent are printed with two decimals

// "forget_fine" → its count; nothing for another measure, or where that was not published.
std::optional<Count> counted(const std::string& measure, const PublishedRow& row) {
  for (const char* group : {"forget", "retain"}) {
    for (const char* level : {"fine", "coarse"}) {
      const auto count = row.count(group, level);
      if (count.n > 0 && measure == std::string(group) + "_" + level) return count;
    }
  }
  return std::nullopt;
}

std::optional<PublishedNumber> published_number(const std::string& measure,
                                                const PublishedRow& row) {
  PublishedNumber out{.erratum = row.erratum(measure)};
  if (const auto printed = row.printed.find(measure); printed != row.printed.end()) {
    out.is_printed = true;
    out.printed = printed->second / 100;
    out.value = out.erratum ? out.erratum->correct / 100 : out.printed;
    out.rounding = last_digit / 2;
  }
  if (const auto count = counted(measure, row)) {
    const auto correct = static_cast<double>(count->correct), n = static_cast<double>(count->n);
    out.from_counts = true;
    out.value = correct / n;
    out.rounding = 0;
    out.pictures = exact_interval(correct, n);
  }
  if (!out.is_printed && !out.from_counts) return std::nullopt;
  return out;
}

void add_measured(ComparedNumber& number, const Column& column, const Row& row) {
  const auto* measure = defined_measure(row, column);
  if (!measure) return;
  number.measured = *measure;
  number.pictures = sample_interval(*measure);
  number.further_run = further_run(*measure);
  if (!number.pictures) return;
  number.interval = combined(*number.pictures, measure->mean(), number.further_run);
  if (column.lower) number.interval->lower = std::max(number.interval->lower, *column.lower);
  if (column.upper) number.interval->upper = std::min(number.interval->upper, *column.upper);
}

void compare_number(ComparedNumber& number, const Gate& gate) {
  if (!number.published || !number.measured || !gate.passed()) return;
  const auto& theirs = *number.published;
  number.difference = number.measured->mean() - theirs.value;
  if (number.interval) number.inside = number.interval->contains(theirs.value, theirs.rounding);
}

ComparedRow compared_row(const PublishedRow& theirs, const std::vector<Column>& columns) {
  ComparedRow out{
      .label = theirs.label, .published = theirs.label, .printed_from = theirs.printed_from};
  for (const auto& column : columns) {
    if (auto number = published_number(column.id, theirs))
      out.numbers[column.id].published = std::move(number);
  }
  return out;
}

std::optional<std::size_t> row_of(const Board& board, const PlannedTable& planned,
                                  const std::string& theirs) {
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const auto named = planned.labels.find(board.rows[i].label);
    if (named != planned.labels.end() && named->second == theirs) return i;
  }
  return std::nullopt;
}

// The board's columns that a table could have printed, each once: of the main table, then of the
// others.
std::vector<Column> printable_columns(const Board& board) {
  std::vector<Column> out;
  std::set<std::string> taken;
  const auto add = [&](const std::vector<Column>& columns) {
    for (const auto& column : columns) {
      const bool fraction = column.unit == "1" && column.of == Column::Of::row;
      if (fraction && taken.insert(column.id).second) out.push_back(column);
    }
  };
  add(board.main);
  for (const auto& table : board.tables) add(table.columns);
  return out;
}

// Those of which anything is published.
std::vector<Column> used_columns(const std::vector<Column>& all, const Comparison& comparison) {
  std::set<std::string> used;
  const auto add = [&](const ComparedRow& row) {
    for (const auto& [measure, number] : row.numbers) used.insert(measure);
  };
  add(comparison.original);
  for (const auto& row : comparison.rows) add(row);
  std::vector<Column> out;
  std::copy_if(all.begin(), all.end(), std::back_inserter(out),
               [&](const Column& column) { return used.contains(column.id); });
  return out;
}

void add_all_measured(ComparedRow& compared, const std::vector<Column>& columns, const Row& row) {
  for (const auto& column : columns) {
    const auto number = compared.numbers.find(column.id);
    if (number != compared.numbers.end()) add_measured(number->second, column, row);
  }
}

Comparison compare_with(const Board& board, const PlannedTable& planned,
                        const PublishedBoard& published) {
  Comparison out{.planned = &planned, .board = &published};
  out.gate = check_gate(board, planned.table, published);
  const auto columns = printable_columns(board);
  if (published.original) {
    out.original = compared_row(*published.original, columns);
    add_all_measured(out.original, columns, board.original);
  }
  for (const auto& theirs : published.rows) {
    const auto index = row_of(board, planned, theirs.label);
    if (!index) {
      ++out.others;
      continue;
    }
    auto row = compared_row(theirs, columns);
    row.row = index;
    row.label = board.rows[*index].label;
    add_all_measured(row, columns, board.rows[*index]);
    for (auto& [measure, number] : row.numbers) compare_number(number, out.gate);
    out.rows.push_back(std::move(row));
  }
  out.columns = used_columns(columns, out);
  return out;
}

}  // namespace

std::vector<Comparison> compare(const Board& board) {
  std::vector<Comparison> out;
  for (const auto& planned : board.plan->published) {
    const auto theirs = planned.requests.find(board.request);
    if (theirs == planned.requests.end()) continue;
    if (const auto* published = planned.table.board(theirs->second))
      out.push_back(compare_with(board, planned, *published));
  }
  return out;
}

}  // namespace lacuna::report
