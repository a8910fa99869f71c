#include "sample_results.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <stdexcept>

#include "report/leaderboard.hpp"
#include "report/page.hpp"
#include "support/hash.hpp"

namespace sample {
namespace {

namespace fs = std::filesystem;
using lacuna::Role;
using lacuna::report::Status;
using nlohmann::json;

struct Method {
  std::string label, id;
  json params;
  int kl_coarse, kl_fine;
  int forget_coarse, forget_fine, retain_coarse, retain_fine;  // correct of 500, 500, 4450, 4450
  double out_of_domain;  // share of the forgetting that carries over
};

const std::vector<Method>& methods() {
  static const std::vector<Method> all{
      {"GA", "ga", json::object(), 0, 0, 5, 0, 347, 70, 0.95},
      {"GA+KL", "ga", json::object(), 20, 20, 387, 15, 1837, 1600, 0.52},
      {"GDiff", "gdiff", json::object(), 0, 0, 348, 0, 1804, 414, 0.83},
      {"GDiff+KL", "gdiff", json::object(), 20, 20, 402, 31, 1990, 1871, 0.49},
      {"NPO", "npo", {{"beta", 0.5}, {"reduction", "sample"}}, 0, 0, 120, 9, 901, 520, 0.77},
      {"NPO+KL", "npo", {{"beta", 0.5}, {"reduction", "sample"}}, 5, 20, 440, 40, 2195, 2399, 0.44},
      {"NHL", "nhl", {{"margin", 2}, {"mask", "exclude"}}, 0, 0, 371, 3, 1911, 1402, 0.58},
      {"NHL+KL", "nhl", {{"margin", 2}, {"mask", "exclude"}}, 10, 20, 441, 10, 2146, 2428, 0.43},
      {"Relabeling", "relabel", json::object(), 0, 0, 224, 219, 1316, 2031, 0.35},
      {"Relabeling+KL", "relabel", json::object(), 20, 20, 402, 260, 2005, 2580, 0.30},
      {"ME+GD", "me", json::object(), 0, 0, 476, 266, 2008, 2082, 0.29},
      {"ME+KL", "me", json::object(), 20, 20, 430, 290, 2150, 2610, 0.27},
      {"Task vector",
       "task_vector",
       {{"scale", 1.5}, {"coarse_weight", 0.05}},
       0,
       0,
       398,
       183,
       1984,
       2776,
       0.61},
      {"SCRUB", "scrub", json::object(), 0, 0, 0, 0, 0, 0, 0},
      {"Big steps", "ga", {{"clip", 0}}, 0, 0, 0, 0, 0, 0, 0},
      {"Late entry", "late", json::object(), 0, 0, 0, 0, 0, 0, 0},
  };
  return all;
}

// Small made-up spread: the same numbers everywhere.
int jitter(int value, int n, int seed, int salt) {
  if (seed == 1 || value == 0) return value;
  const int span =
      std::max(1, static_cast<int>(0.012 * std::sqrt(static_cast<double>(value) * n) + 2));
  const int step = (seed * 7919 + salt * 104729) % (2 * span + 1) - span;
  return std::clamp(value + step, 0, n);
}

using AllCounts = std::map<std::string, Counts>;

Counts counts(int forget_fine, int forget_coarse, int retain_fine, int retain_coarse) {
  return {{forget_fine, 500}, {forget_coarse, 500}, {retain_fine, 4450}, {retain_coarse, 4450}};
}

Counts zero_shot(int correct, int n) { return {.retain_fine = {correct, n}}; }

AllCounts original_counts(bool unmatched) {
  AllCounts out{{"in_domain", counts(467, 431, 2917, 2264)},
                {"sketch", counts(388, 402, 2510, 2201)},
                {"letters", zero_shot(438, 520)},
                {"digits", zero_shot(911, 1000)},
                {"textures", zero_shot(502, 720)}};
  if (unmatched) out["icons"] = {.retain_fine = {300, 400}, .retain_coarse = {320, 400}};
  return out;
}

AllCounts counts_of(const Method& method, int seed, bool unmatched) {
  const int own = static_cast<int>(method.label.size()) * 31 + method.forget_coarse;
  const int fc = jitter(method.forget_coarse, 500, seed, own),
            ff = jitter(method.forget_fine, 500, seed, own + 2);
  const int rc = jitter(method.retain_coarse, 4450, seed, own + 3),
            rf = jitter(method.retain_fine, 4450, seed, own + 4);
  const double keep = rf / 2917.0;
  const auto suite = [&](int before, int n, double hold, int salt) {
    const int after = static_cast<int>(before * std::min(1.0, 1 - (1 - keep) * hold));
    return zero_shot(jitter(after, n, seed, own + salt), n);
  };
  const int sketch_ff = static_cast<int>(388 * (1 - (1 - ff / 467.0) * method.out_of_domain));
  AllCounts out{{"in_domain", counts(ff, fc, rf, rc)},
                {"sketch", counts(jitter(sketch_ff, 500, seed, own + 5), std::min(402, fc),
                                  static_cast<int>(2510 * keep), std::min(2201, rc))},
                {"letters", suite(438, 520, 0.20, 6)},
                {"digits", suite(911, 1000, 0.12, 7)},
                {"textures", suite(502, 720, 0.34, 8)}};
  if (unmatched) out["icons"] = {.retain_fine = {290, 400}, .retain_coarse = {310, 400}};
  return out;
}

// A number with what each row of its evaluation contributes: value plus influence, to first order.
// Rows are those to forget, then those to retain; of each kind the first ones are right.
struct Score {
  std::optional<double> value = {};
  std::string reason = {};
  std::vector<double> influence = {};
};

Score accuracy(const Count& count, std::int64_t first, std::int64_t rows, const std::string& what) {
  if (count.n == 0) return {{}, what + ": no such picture or level in this evaluation", {}};
  const auto n = static_cast<double>(count.n);
  Score out{static_cast<double>(count.correct) / n, "", {}};
  out.influence.resize(static_cast<std::size_t>(rows));
  for (std::int64_t i = 0; i < count.n; ++i)
    out.influence[static_cast<std::size_t>(first + i)] =
        static_cast<double>(rows) / n * ((i < count.correct) - *out.value);
  return out;
}

Score combined(std::vector<std::pair<double, const Score*>> parts, double value) {
  Score out{value, "", std::vector<double>(parts.front().second->influence.size())};
  for (const auto& [factor, part] : parts) {
    for (std::size_t i = 0; i < out.influence.size(); ++i)
      out.influence[i] += factor * part->influence[i];
  }
  return out;
}

Score ratio(const Score& before, const Score& after) {
  if (!before.value) return before;
  if (!after.value) return after;
  const double a0 = *before.value, a = *after.value;
  return combined({{1 / a0, &after}, {-a / (a0 * a0), &before}}, a / a0);
}

// Quality, Utility and Q-U as the paper defines them.
struct Scores {
  Score quality, utility, q_u;
};

Scores scores_of(const Counts& before, const Counts& after) {
  const auto rows = before.forget_fine.n + before.retain_fine.n, kept = before.forget_fine.n;
  const auto of = [&](Count Counts::*part, std::int64_t first, const char* what) {
    return ratio(accuracy(before.*part, first, rows, what),
                 accuracy(after.*part, first, rows, what));
  };
  Scores out;
  const Score gone = of(&Counts::forget_fine, 0, "forget fine");
  out.quality = gone.value ? combined({{-1, &gone}}, 1 - *gone.value) : gone;
  const Score parts[] = {of(&Counts::forget_coarse, 0, "forget coarse"),
                         of(&Counts::retain_coarse, kept, "retain coarse"),
                         of(&Counts::retain_fine, kept, "retain fine")};
  double sum = 0;
  std::vector<std::pair<double, const Score*>> all;
  for (const auto& part : parts) {
    if (!part.value) {
      out.utility = out.q_u = part;
      return out;
    }
    sum += std::min(1.0, *part.value) / 3;
    all.emplace_back(*part.value > 1 ? 0 : 1 / 3.0, &part);
  }
  out.utility = combined(all, sum);
  out.q_u = out.quality;
  if (!gone.value) return out;
  const double q = *out.quality.value, u = sum, both = q + u;
  out.q_u = q <= 0 ? combined({{0, &gone}}, 0)
                   : combined({{2 * u * u / (both * both), &out.quality},
                               {2 * q * q / (both * both), &out.utility}},
                              2 * q * u / both);
  return out;
}

StoredValue value(const std::string& metric, const std::string& name, const Score& score,
                  const std::string& evaluation, const char* title, const std::string& group,
                  const char* table = "") {
  StoredValue out;
  out.metric = metric, out.version = "2.0.0";
  out.name = name, out.value = score.value, out.reason = score.reason;
  out.title = title, out.group = group, out.table = table;
  out.upper = 1;
  if (score.value && !score.influence.empty()) {
    out.evaluation = evaluation;
    for (const double row : score.influence) out.per_sample.push_back(*score.value + row);
  }
  return out;
}

StoredValue counted(const char* metric, const std::string& name, const Count& count,
                    const std::string& evaluation, const char* title, const char* group,
                    const char* table = "") {
  auto out =
      value(metric, name, accuracy(count, 0, count.n, title), evaluation, title, group, table);
  out.per_sample.clear();
  out.lower = 0;
  if (count.n > 0) out.count = count;
  return out;
}

void add_accuracies(std::vector<StoredValue>& out, const Counts& own) {
  const auto add = [&](const char* name, const Count& count, const char* title, const char* group,
                       bool kept) {
    out.push_back(counted("accuracy", name, count, "in_domain", title, group));
    out.back().higher_is_better = kept;
  };
  add("forget_coarse", own.forget_coarse, "coarse", "Forget set", true);
  if (own.forgotten_coarse) {
    out.back().title = "coarse (keep)";
    out.back().shown = own.forget_coarse.n > 0;
    add("forgotten_coarse", *own.forgotten_coarse, "coarse (forget)", "Forget set", false);
  }
  add("forget_fine", own.forget_fine, "fine", "Forget set", false);
  out.back().help = "Accuracy on the forget images at fine level";
  add("retain_coarse", own.retain_coarse, "coarse", "Retain set", true);
  add("retain_fine", own.retain_fine, "fine", "Retain set", true);
}

void add_out_of_domain(std::vector<StoredValue>& out, const std::string& id, bool only,
                       const Scores& inside, const Scores& outside) {
  const std::string group = "Out of domain: " + id, gap = only ? "Gap (in − out)" : "Gap: " + id;
  const auto add = [&](const char* name, const Score& score, const char* title,
                       const std::string& in) {
    out.push_back(value("out_of_domain", id + "/" + name, score, id, title, in, "Out of domain"));
  };
  const auto difference = [](const Score& a, const Score& b) {
    return !a.value ? a : !b.value ? b : Score{*a.value - *b.value, "", {}};
  };
  add("quality", outside.quality, "Quality", group);
  add("utility", outside.utility, "Utility", group);
  add("q_u", outside.q_u, "Q-U", group);
  add("quality_gap", difference(inside.quality, outside.quality), "Quality", gap);
  out.back().higher_is_better = false;
  add("q_u_gap", difference(inside.q_u, outside.q_u), "Q-U", gap);
  out.back().higher_is_better = false;
}

void add_zero_shot(std::vector<StoredValue>& out, const AllCounts& before, const AllCounts& after) {
  Score mean{0.0, "", {}}, worst;
  std::vector<StoredValue> each;
  for (const char* id : {"letters", "digits", "textures"}) {
    const auto count = after.at(id).retain_fine;
    each.push_back(
        counted("zero_shot", std::string("zero_shot/") + id, count, id, id, "Suites", "Zero-shot"));
    const double own = *each.back().value,
                 drop = 1 - own / *accuracy(before.at(id).retain_fine, 0, count.n, "").value;
    *mean.value += own / 3;
    worst.value = std::max(worst.value.value_or(drop), drop);
  }
  out.push_back(value("zero_shot", "zero_shot", mean, "", "Zero-shot", ""));
  out.insert(out.end(), each.begin(), each.end());
  out.push_back(
      value("zero_shot", "zero_shot_worst_drop", worst, "", "Worst drop", "All", "Zero-shot"));
  out.back().higher_is_better = false;
  out.push_back(out.back());
  out.back().name = "zero_shot_mean_drop", out.back().title = "Mean drop", out.back().shown = false;
}

// What the shipped metrics give of such a cell, in the order in which a suite names them.
std::vector<StoredValue> values_of(const AllCounts& before, const AllCounts& after) {
  std::vector<StoredValue> out;
  add_accuracies(out, after.at("in_domain"));
  const auto own = scores_of(before.at("in_domain"), after.at("in_domain"));
  out.push_back(
      value("forgetting_quality", "quality", own.quality, "in_domain", "Quality", "Scores"));
  out.push_back(value("utility", "utility", own.utility, "in_domain", "Utility", "Scores"));
  out.back().lower = 0;
  out.push_back(value("q_u", "q_u", own.q_u, "in_domain", "Q-U", "Scores"));
  out.back().lower = 0;
  add_zero_shot(out, before, after);
  const bool only = !after.contains("icons");
  for (const char* id : {"sketch", "icons"}) {
    if (after.contains(id))
      add_out_of_domain(out, id, only, own, scores_of(before.at(id), after.at(id)));
  }
  return out;
}

void add_trajectory(Cell& cell, const Method& method, int seed) {
  for (int step = 0; step < 126; ++step) {
    const double t = step / 125.0, wave = 0.02 * std::sin(step * 1.7 + seed);
    const double end = method.forget_fine / 467.0;
    cell.trajectory.push_back(
        {.step = static_cast<double>(step),
         .loss = 3.1 * std::exp(-3 * t) + wave,
         .forget_accuracy = std::clamp(end + (0.95 - end) * std::exp(-5 * t) + wave, 0.0, 1.0)});
  }
  cell.kept_epoch = 7;
}

json request() {
  return {{"id", "difficult"},
          {"dataset", {{"id", "shapes"}, {"version", "1.0.0"}, {"params", json::object()}}},
          {"split", "train"},
          {"concepts",
           {"kite", "trapezium", "five-pointed star", "six-pointed star", "crescent", "teardrop",
            "arrow left", "arrow right", "plus sign", "ring"}},
          {"level", "fine"},
          {"samples_per_concept", 50}};
}

std::vector<lacuna::PlannedEvaluation> evaluations(bool unmatched) {
  std::vector<lacuna::PlannedEvaluation> all{
      {.id = "in_domain", .role = Role::in_domain, .title = "Shapes, filled"},
      {.id = "letters", .role = Role::zero_shot, .title = "Letters"},
      {.id = "digits", .role = Role::zero_shot, .title = "Digits"},
      {.id = "textures", .role = Role::zero_shot, .title = "Textures"},
      {.id = "sketch", .role = Role::out_of_domain, .title = "Shapes, sketched"}};
  if (unmatched) all.push_back({.id = "icons", .role = Role::out_of_domain, .title = "Icons"});
  return all;
}

Cell cell_of(const std::string& key, const json& method, bool unmatched) {
  Cell cell{.key = key, .status = Status::ok, .request = request(), .method = method};
  cell.model = {{"name", "demo"}, {"hash", lacuna::sha256("demo weights")}};
  for (const auto& one : evaluations(unmatched)) {
    cell.evaluations.push_back(one.id);
    cell.roles[one.id] = one.role;
  }
  return cell;
}

void fail(Cell& cell, Status status, const char* failure, const char* reason) {
  cell.status = status, cell.failure = failure, cell.reason = reason;
}

}  // namespace

std::string key_of(const std::string& label, int seed) {
  return lacuna::sha256(label + " " + std::to_string(label == "original" ? 0 : seed)).substr(0, 20);
}

Sample::Sample(const Options& options) : options_(options) {
  results.folder = "results/demo";
  results.plans = {{.name = "demo", .title = options.title, .sha256 = lacuna::sha256("suite")}};
  plan().evaluations = evaluations(options.unmatched);
  const auto original = key_of("original", 0);
  plan().originals = {{.key = original, .model = "demo", .request = "difficult"}};
  add_cell(cell_of(original, {{"id", "original"}}, options.unmatched),
           original_counts(options.unmatched));
  for (const auto& method : methods()) {
    const bool incomplete =
        method.id == "scrub" || method.id == "late" || method.label == "Big steps";
    if (incomplete && !options.gaps) continue;
    for (int seed = 1; seed <= options.seeds; ++seed) {
      const auto key = key_of(method.label, seed);
      const bool best = method.label == "NHL+KL" && !options.label.empty();
      plan().cells.push_back({.key = key,
                              .original = original,
                              .model = "demo",
                              .request = "difficult",
                              .method = method.id,
                              .label = best ? options.label : method.label,
                              .seed = static_cast<std::uint64_t>(seed)});
      const bool missing = method.id == "late" || (method.label == "ME+KL" && seed == 3);
      if (missing && options.gaps) {
        results.cells[key] = {.key = key};
        continue;
      }
      auto cell = cell_of(
          key,
          {{"id", method.id},
           {"version", "1.0.0"},
           {"params", method.params},
           {"kl",
            {{"coarse", method.kl_coarse}, {"fine", method.kl_fine}, {"reduction", "batch"}}}},
          options.unmatched);
      cell.training = {{"learning_rate", 1e-4}, {"epochs", 8}, {"batch_size", 32}};
      add_trajectory(cell, method, seed);
      if (method.id == "scrub") {
        fail(cell, Status::not_applicable, "",
             "needs a retain set, which the request does not grant");
        cell.trajectory.clear();
      } else if (method.label == "Big steps") {
        fail(cell, Status::failed, "crash", "the worker ended with signal 11 at step 14");
        cell.trajectory.resize(14);
      } else if (method.label == "NPO" && seed == 2 && options.gaps) {
        fail(cell, Status::failed, "nan", "the loss is not finite at step 37");
      }
      add_cell(cell, counts_of(method, seed, options.unmatched));
    }
  }
  score();
}

void Sample::add_cell(const Cell& cell, AllCounts counts) {
  results.cells[cell.key] = cell;
  if (cell.status == Status::ok) counts_[cell.key] = std::move(counts);
}

void Sample::score() {
  for (const auto& [key, counts] : counts_)
    results.cells.at(key).values = values_of(counts_.at(key_of("original", 0)), counts);
}

Cell& Sample::cell(const std::string& label, int seed) {
  return results.cells.at(key_of(label, seed));
}

void Sample::edit_counts(const std::string& label, int seed, const Change& change) {
  change(counts_.at(key_of(label, seed)));
  score();
}

void Sample::edit_all_counts(const Change& change) {
  for (auto& [key, counts] : counts_) change(counts);
  score();
}

Cell& Sample::add_attack(const std::string& attack, const std::string& label, int seed,
                         const Change& change) {
  const auto attacked = key_of(label, seed);
  auto planned = *std::find_if(plan().cells.begin(), plan().cells.end(),
                               [&](const auto& one) { return one.key == attacked; });
  planned.key = key_of(label + " " + attack, seed);
  planned.method = "quantise", planned.attack = attack, planned.attacked = attacked;
  plan().cells.push_back(planned);
  auto cell =
      cell_of(planned.key, {{"id", "quantise"}, {"version", "1.0.0"}, {"params", {{"bits", 4}}}},
              options_.unmatched);
  auto counts = counts_.at(attacked);
  change(counts);
  add_cell(cell, counts);
  score();
  return results.cells.at(planned.key);
}

void Sample::add_value(const StoredValue& value, const std::function<double(const Cell&)>& f) {
  for (auto& [key, cell] : results.cells) {
    if (cell.status != Status::ok) continue;
    cell.values.push_back(value);
    cell.values.back().value = f(cell);
  }
}

void Sample::remove(const std::string& label, int seed) {
  const auto key = key_of(label, seed);
  results.cells[key] = {.key = key};
  if (label != "original") counts_.erase(key);
}

StoredValue* find_value(Cell& cell, const std::string& name) {
  const auto found = std::find_if(cell.values.begin(), cell.values.end(),
                                  [&](const StoredValue& value) { return value.name == name; });
  return found == cell.values.end() ? nullptr : &*found;
}

std::string page(const Results& results) {
  const auto boards = lacuna::report::make_boards(results);
  std::vector<std::vector<lacuna::report::Comparison>> comparisons;
  for (const auto& board : boards) comparisons.push_back(lacuna::report::compare(board));
  return lacuna::report::render_page(results, boards, comparisons, "../../results/demo");
}

json leaderboard(const Results& results) {
  const auto boards = lacuna::report::make_boards(results);
  std::vector<std::vector<lacuna::report::Comparison>> comparisons;
  for (const auto& board : boards) comparisons.push_back(lacuna::report::compare(board));
  return lacuna::report::leaderboard(results, boards, comparisons);
}

std::string text(const Results& results, lacuna::report::TableStyle style) {
  return lacuna::report::make_reports(std::vector{results}, "", style);
}

json read(const fs::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + ": cannot be read");
  return json::parse(file);
}

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

json published_table(const std::string& id) {
  auto table = read(fs::path(LACUNA_SOURCE_DIR) / "results/published" / (id + ".json"));
  for (auto& board : table["boards"])
    board["dataset"] = "shapes", board["samples_per_concept"] = 50;
  return table;
}

void Sample::add_published(const json& content) {
  lacuna::report::PlannedTable planned{.table = lacuna::published_table_from(
                                           content, content.at("id").get<std::string>() + ".json")};
  for (const auto& board : planned.table.boards) {
    planned.requests[board.request] = board.request;
    for (const auto& row : board.rows) planned.labels[row.label] = row.label;
  }
  plan().published.push_back(std::move(planned));
}

}  // namespace sample
