// Results as rows of numbers: one board per (suite, model, request), one row per method, mean ± sd
// over its seeds. Every number is a metric's value; nothing is computed here but means.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "report/load.hpp"

namespace lacuna::report {

struct SeedValue {
  std::uint64_t seed = 0;
  std::string key = {};  // of the cell it comes from
  double value = 0;
  const StoredValue* stored = nullptr;  // null for one that follows from several cells
};

// One number of a row over its seeds.
struct Measure {
  std::vector<SeedValue> values = {};  // by seed
  std::string reason = {};             // why there is none; only where `values` is empty
  bool failed = false;                 // its metric failed, so the reason is no finding

  bool defined() const { return !values.empty(); }
  double mean() const;                                // requires defined()
  std::optional<double> sd() const;                   // of the sample (n - 1); nothing for one seed
  const SeedValue* of(const std::string& key) const;  // of that cell, or null
};

// What a value is called on a page.
struct Column {
  enum class Of { row, attacked, left };

  std::string id = {};     // of a row's own value: key into Row::measures
  std::string group = {};  // printed once over neighbouring columns; may be empty
  std::string title = {};
  bool higher_is_better = true;
  std::string help = {};
  std::string unit = "1";
  std::string evaluation = {};  // whose samples the value is made of; may be empty
  std::optional<double> lower = {}, upper = {};
  std::string metric = {};  // that gives it; empty where none does
  bool shipped = true;      // whether that is this program's own
  Of of = Of::row;          // the row's own value, that after an attack, or what is left of it
  std::string attack = {};  // label of the attack

  bool worse(double a, double b) const { return higher_is_better ? a < b : a > b; }
};

// A table of a board beside the main one.
struct FurtherTable {
  std::string name = {};  // as the metrics say
  std::vector<Column> columns = {};
};

struct Run {
  std::uint64_t seed = 0;
  const Cell* cell = nullptr;
};

struct Row {
  std::string label = {};
  std::string method_id = {};
  bool kl = false;                               // a KL term was added to the method's own loss
  std::vector<Run> runs = {};                    // by seed
  std::map<std::string, Measure> measures = {};  // by the value's name
  std::string attack = {};                       // of a row in `attacks`: the attack's label
  std::vector<Row> attacks = {};                 // one an attack, its runs the attacked ones
  Measure left = {};  // seed by seed the worst of the rank value before and after all attacks

  const Cell* first(Status status) const;  // of that status, or null
  std::size_t count(Status status) const;
  const Row* attacked_by(const std::string& label) const;  // null if it was not
};

struct Board {
  const PlannedSuite* plan = nullptr;
  std::string model = {}, request = {};             // the suite's names for them
  std::vector<PlannedEvaluation> evaluations = {};  // that this request has
  // Any cell that was found: it knows the model's hash and the request. Null if none was.
  const Cell* sample = nullptr;
  Row original = {};
  std::vector<Row> rows = {};  // by `ranking`, best first; rows without it at the end
  // What the suite ranks by and plots, as far as any cell has it; else only its name is known.
  Column rank = {}, plot_x = {}, plot_y = {};
  Column ranking = {};            // `rank`, or what is left of it where the board has attacks
  std::vector<Column> main = {};  // as the suite says, or what the metrics show
  std::vector<FurtherTable> tables = {};  // out of domain, zero-shot, then those of other names
  std::vector<Column> others = {};        // values that stand in no table
  std::vector<std::string> attacks = {};  // labels, in the plan's order

  bool attacked() const { return !attacks.empty(); }
  std::size_t seeds() const;  // the most that any row was planned with
  const std::string& title_of(const std::string& evaluation) const;  // its id if it is not known
  // The value of that name; where several evaluations have one role, that of the first of them.
  std::string name_of(const std::string& value) const;
  // "2 of 49 results, whose predictions are not there": whose numbers nothing backs; empty if all
  // were checked.
  std::string unchecked() const;
  // The smallest of the concepts' samples, where a forgetting set had fewer than were asked for.
  std::optional<std::int64_t> fewest_samples() const;
  // Summed over all cells, the original's too, by evaluation id; empty where all is float32.
  std::map<std::string, Flips> flips() const;
  // All rows with the original first, each followed by its attacks.
  std::vector<const Row*> all_rows() const;
};

// Null where the row has no such measure. What is defined, has a number.
const Measure* measure_of(const Row& row, const Column& column);
const Measure* defined_measure(const Row& row, const Column& column);

std::vector<std::string> ids_of(const std::vector<PlannedEvaluation>& evaluations, Role role);

// Borrows from `results`, which must outlive the boards.
std::vector<Board> make_boards(const Results& results);

}  // namespace lacuna::report
