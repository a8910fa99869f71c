// A board beside a table that others printed: number by number, the difference, and whether it is
// inside our interval.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/gate.hpp"
#include "report/interval.hpp"
#include "report/table.hpp"

namespace lacuna::report {

// What is published of one measure. All are fractions.
struct PublishedNumber {
  double value = 0;         // of an accuracy from its count, else as printed or corrected
  double rounding = 0;      // half of the last printed digit; 0 from a count
  double printed = 0;       // as printed; equals value's percentage but for rounding and errata
  bool is_printed = false;  // false: follows from a count, but was not printed
  bool from_counts = false;
  const PublishedErratum* erratum = nullptr;
  std::optional<Interval> pictures = {};  // exact interval of its count
};

struct ComparedNumber {
  std::optional<PublishedNumber> published = {};
  std::optional<Measure> measured = {};
  std::optional<Interval> pictures = {};   // ours, over test samples
  std::optional<double> further_run = {};  // half-width over seeds
  std::optional<Interval> interval = {};   // both together
  // Measured minus published; only where the gate is passed.
  std::optional<double> difference = {};
  std::optional<bool> inside = {};  // whether the published value lies in `interval`
};

struct ComparedRow {
  std::string label = {};                              // ours; theirs where we have no such row
  std::string published = {};                          // theirs
  std::optional<std::size_t> row = {};                 // into Board::rows
  std::string printed_from = {};                       // table | second_hand
  std::map<std::string, ComparedNumber> numbers = {};  // by measure; only what is published
};

struct Comparison {
  const PlannedTable* planned = nullptr;
  const PublishedBoard* board = nullptr;
  Gate gate = {};
  std::vector<Column> columns = {};  // the measures that any row has published
  ComparedRow original = {};
  std::vector<ComparedRow> rows = {};  // in the table's order: those that the suite has, too
  std::size_t others = 0;              // published rows that it does not have

  const PublishedTable& table() const { return planned->table; }
};

// One for every published table of the board's plan that has the board's request. Borrows from the
// board's plan.
std::vector<Comparison> compare(const Board& board);

}  // namespace lacuna::report
