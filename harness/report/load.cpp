#include "report/load.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "lacuna/error.hpp"
#include "lacuna/json_view.hpp"
#include "run/plan/plan.hpp"
#include "run/results/stored_cell.hpp"
#include "support/json_files.hpp"
#include "support/safe_text.hpp"

namespace lacuna::report {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> read_names(const JsonView& view) {
  std::map<std::string, std::string> out;
  for (const auto& [ours, theirs] : view.members()) out[ours] = theirs.text();
  return out;
}

PlannedTable read_table(const JsonView& view, const std::string& file) {
  return {
      .table = published_table_from(view.at("content").raw(), file + ": " + view.at("file").text()),
      .requests = read_names(view.at("requests")),
      .labels = read_names(view.at("labels"))};
}

// Reads the cells of every plan. Two suites, or two requests of one, may share a model and evaluate
// it differently: then its key stands for several cells, and those after the first get a number.
class Loader {
 public:
  explicit Loader(Results& results) : results_(results), stored_(Store(results.folder)) {}

  void add(const fs::path& path) {
    const auto from = read_published_plan(path);
    PlannedSuite suite{.name = from.name,
                       .title = from.title,
                       .sha256 = from.sha256,
                       .evaluations = from.evaluations,
                       .credits = from.credits,
                       .board = from.board};
    std::map<const PlannedCell*, std::string> keys;
    std::map<std::pair<std::string, std::string>, std::string> by_model;  // of model and job's key
    for (const auto& cell : from.cells) {
      keys[&cell] = add_cell(from, cell);
      by_model.try_emplace({cell.model, cell.key}, keys[&cell]);
    }
    for (const auto& cell : from.cells) {
      auto shown = cell;
      shown.key = keys[&cell];
      if (cell.is_original()) {
        suite.originals.push_back(std::move(shown));
        continue;
      }
      const auto* original = original_of(from, cell);
      if (!original)
        throw ConfigError(
            fmt::format("{}: cells: {} has no original model's cell", path.string(), cell.key));
      shown.original = keys[original];
      if (const auto found = by_model.find({cell.model, cell.attacked}); found != by_model.end())
        shown.attacked = found->second;
      suite.cells.push_back(std::move(shown));
    }
    const JsonView tables(from.published, path.string());
    for (const auto& table : tables.items())
      suite.published.push_back(read_table(table, path.string()));
    results_.plans.push_back(std::move(suite));
  }

  // A published number never rests on files that contradict each other, so one such result is an
  // error; run makes it anew. All are counted, so that nobody has to find them one by one.
  void check() const {
    if (damage_.empty()) return;
    auto text = first_;
    if (const auto others = std::ssize(damage_) - 1; others > 0)
      text += fmt::format("; and {} like it (lacuna status {} names them)",
                          counted(others, "more result"), results_.folder.string());
    throw ConfigError(text);
  }

  // Files of jobs that no plan's cell has.
  std::int64_t unplanned() const {
    std::int64_t out = 0;
    for (const auto step : {Step::unlearn, Step::predict, Step::score})
      for (const auto& path : json_files(results_.folder / to_string(step)))
        out += !planned_.contains(path.stem().string());
    return out;
  }

 private:
  std::string add_cell(const Plan& plan, const PlannedCell& cell) {
    planned_.insert(cell.key);
    for (const auto* jobs : {&cell.predict, &cell.score})
      for (const auto& [id, key] : *jobs) planned_.insert(key);
    auto& same = seen_[cell.key];
    const auto what = std::tuple(cell.predict, cell.score, cell.status);
    const auto known = std::find(same.begin(), same.end(), what);
    const auto number = known - same.begin() + 1;
    const auto key = number == 1 ? cell.key : fmt::format("{}-{}", cell.key, number);
    if (known != same.end()) return key;
    same.push_back(what);
    auto found = stored_cell(plan, cell, stored_, /*contributions=*/true);
    if (first_.empty() && !found.damage.empty()) first_ = *found.damage.begin();
    damage_.merge(found.damage);
    found.result.key = key;
    results_.cells[key] = std::move(found.result);
    return key;
  }

  Results& results_;
  StoredJobs stored_;
  std::map<std::string, std::vector<std::tuple<std::map<std::string, std::string>,
                                               std::map<std::string, std::string>, std::string>>>
      seen_;  // by key: what it stands for
  std::set<std::string> planned_, damage_;
  std::string first_;
};

}  // namespace

std::string in_words(Status status) {
  std::string words = to_string(status);
  std::replace(words.begin(), words.end(), '_', ' ');
  return words;
}

Results load_results(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) throw ConfigError(folder.string() + ": no such folder");
  Results results{.folder = folder};
  Loader loader(results);
  for (const auto& path : json_files(folder / "plans")) loader.add(path);
  if (results.plans.empty()) {
    throw ConfigError(folder.string() +
                      ": holds no plans/*.json (give a folder that 'lacuna run' wrote)");
  }
  loader.check();
  results.unplanned = loader.unplanned();
  return results;
}

}  // namespace lacuna::report
