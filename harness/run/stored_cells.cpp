#include "run/stored_cells.hpp"

#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "run/known_metrics.hpp"
#include "run/predictions.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

// Anything of that name: a link that leads nowhere is a damaged file, not a missing one.
bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(path, error));
}

// Throws ConfigError that names the first place where `mine`, of the file `cell`, and `theirs`, of
// the file `other`, differ.
template <class Differ>
void compare(const fs::path& cell, const CountsByEvaluation& mine, const fs::path& other,
             const CountsByEvaluation& theirs, const Differ& differ) {
  const auto text = [](const Count& count) {
    return count == Count{} ? std::string("nothing")
                            : fmt::format("[{}, {}]", count.correct, count.n);
  };
  for (const auto* both : {&mine, &theirs}) {
    for (const auto& [evaluation, groups] : *both) {
      for (const auto& [group, levels] : groups) {
        for (const auto& [level, count] : levels) {
          const auto a = count_of(mine, evaluation, group, level),
                     b = count_of(theirs, evaluation, group, level);
          if (differ(a, b))
            throw ConfigError(fmt::format(
                "{}: counts.{}.{}.{}: is {}, but {} gives {} (run the suite again)", cell.string(),
                evaluation, group, level, text(a), other.string(), text(b)));
        }
      }
    }
  }
}

CountsByEvaluation counted(const std::vector<EvaluationPredictions>& evaluations,
                           const std::string& file) {
  auto counts = nlohmann::json::object();
  for (const auto& evaluation : evaluations) counts[evaluation.id] = counts_of(evaluation);
  return read_counts(JsonView(counts, file));
}

// Why nothing backs the counts of an ok cell; empty if its predictions give them. Throws
// ConfigError if they give others.
std::string check_predictions(const Store& store, const Result& result) {
  const auto cell = store.cell(result.key), file = store.predictions(result.key);
  if (result.predictions_sha256.empty()) return "names no predictions";
  if (!is_there(file)) return Store::relative_predictions(result.key) + " is missing";
  if (const auto hash = sha256_file(file); hash != result.predictions_sha256)
    throw ConfigError(fmt::format("{}: its SHA-256 is {}, but {} says {} (run the suite again)",
                                  file.string(), hash.substr(0, 10), cell.string(),
                                  result.predictions_sha256.substr(0, 10)));
  compare(cell, result.counts, file, counted(load_predictions(file), file.string()),
          [](const Count& a, const Count& b) { return a != b; });
  return "";
}

}  // namespace

void StoredCells::check_against_original(StoredCell& cell, const std::string& original) {
  const auto& result = cell.result;
  const auto file = store_.cell(result.key);
  const auto* before = original.empty() ? &result.counts : counts_of_original(original);
  if (!before) return;
  compare(file, result.counts, store_.cell(original), *before,
          [](const Count& a, const Count& b) { return a.n != b.n; });
  const auto wrong = contradicted_metrics(result, *before);
  if (wrong.empty()) return;
  const auto& first = result.metrics[wrong.front()];
  cell.state = StoredCell::State::misscored;
  cell.reason = fmt::format(
      "{}: metrics.{}: '{}' is {}, but the counts give {} (run the suite again)", file.string(),
      wrong.front(), first.name, first.value ? fmt::format("{}", *first.value) : "undefined",
      value_by_counts(result, *before, first));
  for (const auto i : wrong) cell.false_metrics.insert(result.metrics[i].metric);
}

const CountsByEvaluation* StoredCells::counts_of_original(const std::string& key) {
  const auto [found, is_new] = originals_.try_emplace(key);
  if (is_new) {
    auto original = read(key, "");
    if (original.usable() && original.result.status == Status::ok)
      found->second = std::move(original.result.counts);
  }
  return found->second ? &*found->second : nullptr;
}

StoredCell StoredCells::read(const std::string& key, const std::string& original) {
  const auto file = store_.cell(key);
  StoredCell out{.result = {.key = key}};
  if (!is_there(file)) return out;
  try {
    out.content = read_json(file, "a result");
    out.result = read_result(out.content, file.string(), key);
    out.state = StoredCell::State::sound;
    if (out.result.status != Status::ok) return out;
    out.result.unchecked = check_predictions(store_, out.result);
    if (!out.result.unchecked.empty()) {
      out.state = StoredCell::State::unbacked;
      out.reason = file.string() + ": " + out.result.unchecked;
    }
    check_against_original(out, original);
  } catch (const std::exception& error) {
    if (names_the_machine(error.what())) throw;  // it may be good all the same
    // Else of whatever kind: it is the file's fault.
    out = {.state = StoredCell::State::damaged, .result = {.key = key}};
    out.reason = one_line(error.what());
    if (!out.reason.starts_with(store_.folder().string()))
      out.reason = file.string() + ": " + out.reason;
  }
  return out;
}

}  // namespace lacuna
