#include "report/comparison.hpp"

#include <algorithm>
#include <set>

#include "lacuna/quality.hpp"
#include "report/scores.hpp"

namespace lacuna::report {
namespace {

// "forget_fine" → the count it is of; nothing for another measure.
std::optional<std::pair<std::string, std::string>> counted(const std::string& measure) {
  for (const char* group : {"forget", "retain"}) {
    for (const char* level : {"fine", "coarse"}) {
      if (measure == std::string(group) + "_" + level) return std::pair(group, level);
    }
  }
  return std::nullopt;
}

GroupCounts group_counts(const PublishedRow& row) {
  return {.forget_fine = row.count("forget", "fine"),
          .forget_coarse = row.count("forget", "coarse"),
          .retain_fine = row.count("retain", "fine"),
          .retain_coarse = row.count("retain", "coarse")};
}

// What follows from the counts of a row and of the original model.
std::optional<double> from_counts(const std::string& measure, const PublishedRow& row,
                                  const PublishedRow* original) {
  if (const auto what = counted(measure))
    return accuracy(row.count(what->first, what->second), measure).value;
  if (!original || &row == original) return std::nullopt;
  const auto before = group_counts(*original), after = group_counts(row);
  const auto quality = forgetting_quality(before, after), kept = utility(before, after);
  if (measure == "quality") return quality.value;
  if (measure == "utility") return kept.value;
  if (measure == "q_u") return q_u(quality, kept).value;
  return std::nullopt;
}

std::optional<PublishedNumber> published_number(const std::string& measure, const PublishedRow& row,
                                                const PublishedRow* original) {
  PublishedNumber out{.erratum = row.erratum(measure)};
  if (const auto printed = row.printed.find(measure); printed != row.printed.end()) {
    out.is_printed = true;
    out.printed = printed->second / 100;
    out.value = out.erratum ? out.erratum->correct / 100 : out.printed;
  }
  if (const auto exact = from_counts(measure, row, original)) {
    out.from_counts = true;
    out.value = *exact;
  }
  if (!out.is_printed && !out.from_counts) return std::nullopt;
  if (const auto what = counted(measure)) {
    const Count count = row.count(what->first, what->second);
    if (count.n > 0)
      out.pictures =
          exact_interval(static_cast<double>(count.correct), static_cast<double>(count.n));
  }
  return out;
}

// The exact interval of an accuracy, at the mean over the seeds.
std::optional<Interval> accuracy_interval(const std::string& measure, const Board& board,
                                          const Row& row, const Measure& measured) {
  auto evaluation = ids_of(board.evaluations, Role::in_domain);
  auto what = counted(measure);
  if (measure.starts_with("zero_shot/")) {
    evaluation = {measure.substr(measure.find('/') + 1)};
    what = {"all", "fine"};
  }
  const Cell* cell = row.first(Status::ok);
  if (!what || evaluation.empty() || !cell) return std::nullopt;
  const auto n =
      static_cast<double>(count_of(cell->counts, evaluation.front(), what->first, what->second).n);
  if (n == 0) return std::nullopt;
  return exact_interval(measured.mean() * n, n);
}

void add_measured(ComparedNumber& number, const std::string& measure, const Board& board,
                  const Row& row, const std::map<std::string, Interval>& pictures) {
  const auto found = row.measures.find(measure);
  if (found == row.measures.end() || !found->second.defined()) return;
  number.measured = found->second;
  number.pictures = accuracy_interval(measure, board, row, found->second);
  if (const auto drawn = pictures.find(measure); !number.pictures && drawn != pictures.end())
    number.pictures = drawn->second;
  number.further_run = further_run(found->second);
  if (!number.pictures) return;
  number.interval = combined(*number.pictures, found->second.mean(), number.further_run);
  number.interval->upper = std::min(number.interval->upper, 1.0);
  if (!measure.ends_with("quality"))  // which alone may be negative
    number.interval->lower = std::max(number.interval->lower, 0.0);
}

void compare_number(ComparedNumber& number, const Gate& gate) {
  if (!number.published || !number.measured || !gate.passed()) return;
  number.difference = number.measured->mean() - number.published->value;
  if (number.interval) number.inside = number.interval->contains(number.published->value);
}

ComparedRow compared_row(const PublishedRow& theirs, const PublishedRow* original,
                         const std::vector<std::string>& measures) {
  ComparedRow out{
      .label = theirs.label, .published = theirs.label, .printed_from = theirs.printed_from};
  for (const auto& measure : measures) {
    if (auto number = published_number(measure, theirs, original))
      out.numbers[measure].published = std::move(number);
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

// The board's columns of which anything is published: those of the main table, then those out of
// domain.
std::vector<Column> columns_of(const Board& board, const Comparison& comparison) {
  std::set<std::string> used;
  const auto add = [&](const ComparedRow& row) {
    for (const auto& [measure, number] : row.numbers) used.insert(measure);
  };
  add(comparison.original);
  for (const auto& row : comparison.rows) add(row);
  std::vector<Column> out;
  for (const auto* columns : {&board.main, &board.transfer, &board.zero_shot}) {
    for (const auto& column : *columns) {
      if (used.erase(column.id) > 0) out.push_back(column);
    }
  }
  return out;
}

std::vector<std::string> measures_of(const Board& board) {
  std::vector<std::string> out;
  for (const auto* columns : {&board.main, &board.transfer, &board.zero_shot}) {
    for (const auto& column : *columns) out.push_back(column.id);
  }
  return out;
}

Comparison compare_with(const Board& board, const PlannedTable& planned,
                        const PublishedBoard& published, PredictionFiles& files) {
  Comparison out{.planned = &planned, .board = &published};
  out.gate = check_gate(board, planned.table, published);
  const auto measures = measures_of(board);
  const auto* original = published.original ? &*published.original : nullptr;
  if (original) {
    out.original = compared_row(*original, original, measures);
    for (auto& [measure, number] : out.original.numbers)
      add_measured(number, measure, board, board.original, {});
  }
  for (const auto& theirs : published.rows) {
    const auto index = row_of(board, planned, theirs.label);
    if (!index) {
      ++out.others;
      continue;
    }
    const Row& ours = board.rows[*index];
    auto row = compared_row(theirs, original, measures);
    row.row = index;
    row.label = ours.label;
    const auto pictures = picture_intervals(board, ours, files);
    for (auto& [measure, number] : row.numbers) {
      add_measured(number, measure, board, ours, pictures);
      compare_number(number, out.gate);
    }
    out.rows.push_back(std::move(row));
  }
  out.columns = columns_of(board, out);
  return out;
}

}  // namespace

std::vector<Comparison> compare(const Board& board, PredictionFiles& files) {
  std::vector<Comparison> out;
  for (const auto& planned : board.plan->published) {
    const auto theirs = planned.requests.find(board.request);
    if (theirs == planned.requests.end()) continue;
    if (const auto* published = planned.table.board(theirs->second))
      out.push_back(compare_with(board, planned, *published, files));
  }
  return out;
}

}  // namespace lacuna::report
