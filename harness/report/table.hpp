// Results as rows of numbers: one board per (suite, model, request), one row per method, mean ± sd
// over its seeds.
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
};

// One number of a row. Every seed's value is computed from that seed's counts first, then they are
// averaged.
struct Measure {
  std::vector<SeedValue> values = {};  // by seed
  std::string reason = {};             // why there is none; only where `values` is empty

  bool defined() const { return !values.empty(); }
  double mean() const;               // requires defined()
  std::optional<double> sd() const;  // of the sample (n - 1); nothing for one seed
};

// What a measure is called on a page.
struct Column {
  std::string id = {};     // key into Row::measures
  std::string group = {};  // printed once over neighbouring columns; may be empty
  std::string title = {};
  bool higher_is_better = true;
  std::string help = {};
};

struct Run {
  std::uint64_t seed = 0;
  const Cell* cell = nullptr;
};

struct Row {
  std::string label = {};
  std::string method_id = {};
  bool kl = false;             // a KL term was added to the method's own loss
  std::vector<Run> runs = {};  // by seed
  std::map<std::string, Measure> measures = {};
  std::map<std::string, Measure> metrics = {};  // as the metric plugins stored them, by name

  const Cell* first(Status status) const;  // of that status, or null
  std::size_t count(Status status) const;
};

struct Board {
  const Plan* plan = nullptr;
  std::string model = {}, request = {};             // the suite's names for them
  std::vector<PlannedEvaluation> evaluations = {};  // that this request has
  // Any cell that was found: it knows the model's hash and the request. Null if none was.
  const Cell* sample = nullptr;
  Row original = {};
  std::vector<Row> rows = {};                  // by Q-U, best first; rows without one at the end
  std::vector<Column> main = {};               // the paper's Table 2
  std::vector<Column> zero_shot = {};          // one a suite, then mean and worst
  std::vector<Column> transfer = {};           // in-domain beside every out-of-domain evaluation
  std::map<std::string, Column> metrics = {};  // stored metrics by name
  std::map<std::string, std::string> units = {};

  std::size_t seeds() const;  // the most that any row was planned with
  // "2 of 49 results, whose predictions are not there": whose counts nothing backs; empty if all
  // were counted anew.
  std::string unchecked() const;
  // The smallest of the concepts' samples, where a forgetting set had fewer than were asked for.
  std::optional<std::int64_t> fewest_samples() const;
  // Summed over all cells, the original's too, by evaluation id; empty where all is float32.
  std::map<std::string, Flips> flips() const;
};

// Borrows from `results`, which must outlive the boards.
std::vector<Board> make_boards(const Results& results);

}  // namespace lacuna::report
