// Results in memory, with everything a report has to cope with.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../folders.hpp"
#include "report/load.hpp"
#include "report/report.hpp"

namespace sample {

using lacuna::Count;
using lacuna::StoredValue;
using lacuna::report::Cell;
using lacuna::report::Results;

struct Options {
  int seeds = 3;
  std::string title = "Shapes, difficult split";
  std::string label = {};  // of the best method instead of "NHL+KL"
  bool unmatched = false;  // adds an out-of-domain evaluation that no forget concept matches
  bool gaps = true;        // failed, not applicable and missing cells
};

// What a model gets right of one evaluation; of a zero-shot suite `retain_fine` alone.
struct Counts {
  Count forget_fine = {}, forget_coarse = {}, retain_fine = {}, retain_coarse = {};
  // Of coarse labels that are to be forgotten as well; forget_coarse holds those that are to stay.
  std::optional<Count> forgotten_coarse = {};
};

// Seed 1 of GA, GDiff, GA+KL, Relabeling, ME+GD, Task vector, NPO+KL and NHL+KL has the counts of
// the method paper's Table 2; the other rows and seeds are made up. Deterministic.
class Sample {
 public:
  explicit Sample(const Options& options = {});

  Results results;  // with the values that the shipped metrics would give

  // "original" for the original model. Throws if there is none.
  Cell& cell(const std::string& label, int seed = 1);
  lacuna::report::PlannedSuite& plan() { return results.plans.front(); }

  // Changes counts by evaluation id; the values follow, of all cells.
  using Change = std::function<void(std::map<std::string, Counts>&)>;
  void edit_counts(const std::string& label, int seed, const Change& change);
  void edit_all_counts(const Change& change);

  // Plans an attack on that cell; what it leaves has the cell's counts as `change` makes them.
  Cell& add_attack(const std::string& attack, const std::string& label, int seed,
                   const Change& change);

  // A value that another metric gave of every finished cell, `f` of the cell being its number.
  // Comes after counts and attacks: these compute all values anew.
  void add_value(const StoredValue& value, const std::function<double(const Cell&)>& f);

  // No result file of it; then its original's comparisons cannot be made either.
  void remove(const std::string& label, int seed = 1);

  // Puts a published table into the plan, its requests and labels by their own names.
  void add_published(const nlohmann::json& content);

 private:
  void score();
  void add_cell(const Cell& cell, std::map<std::string, Counts> counts);

  Options options_;
  std::map<std::string, std::map<std::string, Counts>> counts_;  // by key
};

// The published table of that name in results/published, as one of the data that Sample makes up:
// "shapes" with 50 pictures a concept.
nlohmann::json published_table(const std::string& id);

std::string key_of(const std::string& label, int seed);

StoredValue* find_value(Cell& cell, const std::string& name);  // null if there is none

// What a report writes of them, the results lying in <somewhere>/results/demo.
std::string page(const Results& results);
nlohmann::json leaderboard(const Results& results);
std::string text(const Results& results,
                 lacuna::report::TableStyle style = lacuna::report::TableStyle::plain);

nlohmann::json read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& text);

using Folder = lacuna::testing::TemporaryFolder;

}  // namespace sample
