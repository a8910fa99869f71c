#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "report/scores.hpp"
#include "support/safe_text.hpp"

namespace lacuna::report {
namespace {

void add(std::map<std::string, Measure>& measures, const std::string& id, const Run& run,
         const std::optional<double>& value, const std::string& reason) {
  auto& measure = measures[id];
  if (value) {
    measure.values.push_back({run.seed, run.cell->key, *value});
    measure.reason.clear();
  } else if (!measure.defined() && measure.reason.empty()) {
    measure.reason = reason;
  }
}

void measure(Row& row, const std::vector<PlannedEvaluation>& evaluations, const Cell* original) {
  std::stable_sort(row.runs.begin(), row.runs.end(),
                   [](const Run& a, const Run& b) { return a.seed < b.seed; });
  for (const auto& run : row.runs) {
    if (run.cell->status != Status::ok) continue;
    const auto values =
        scores(evaluations, original ? &original->counts : nullptr, run.cell->counts);
    for (const auto& [id, score] : values) add(row.measures, id, run, score.value, score.reason);
    for (const auto& stored : run.cell->metrics) {
      add(row.metrics, stored.name, run, stored.value, stored.reason);
    }
  }
}

bool positive(const nlohmann::json& method, const char* level) {
  const auto kl = method.is_object() ? method.find("kl") : method.end();
  if (!method.is_object() || kl == method.end() || !kl->is_object()) return false;
  const auto weight = kl->find(level);
  return weight != kl->end() && weight->is_number() && weight->get<double>() > 0;
}

// The settings of a cell as flat "/params/beta" → 0.5 pairs.
nlohmann::json settings(const Cell& cell) {
  nlohmann::json all = nlohmann::json::object();
  if (cell.method.is_object()) {
    for (const char* part : {"params", "kl"}) {
      if (cell.method.contains(part)) all[part] = cell.method[part];
    }
  }
  if (cell.training.is_object()) all["training"] = cell.training;
  return all.empty() ? all : all.flatten();
}

// " (beta 0.5)": what sets this configuration apart from the others that carry the same label.
std::string distinction(const nlohmann::json& mine, const std::vector<nlohmann::json>& all) {
  std::string text;
  for (const auto& [path, value] : mine.items()) {
    const bool differs = std::any_of(all.begin(), all.end(), [&](const auto& other) {
      return !other.contains(path) || other[path] != value;
    });
    if (!differs) continue;
    const std::string name = path.substr(path.rfind('/') + 1);
    text += (text.empty() ? " (" : ", ") + name + " " +
            (value.is_string() ? value.template get<std::string>() : value.dump());
  }
  return text.empty() ? text : text + ")";
}

// "NPO+KL (not the shipped npo)": what the label alone would hide.
void add_remark(Row& row, const std::string& remark) {
  const auto words = " (" + remark + ")";
  if (row.label.find(words) == std::string::npos) row.label += words;
}

// One row a configuration: cells of one label whose settings are equal. A missing cell's settings
// are unknown; it joins the label's first configuration, so that no planned cell is ever left out.
std::vector<Row> make_rows(const std::vector<PlannedCell>& planned, const Results& results) {
  std::vector<std::string> labels;
  std::map<std::string, std::vector<const PlannedCell*>> by_label;
  for (const auto& cell : planned) {
    if (!by_label.contains(cell.label)) labels.push_back(cell.label);
    by_label[cell.label].push_back(&cell);
  }
  std::vector<Row> rows;
  for (const auto& label : labels) {
    std::vector<nlohmann::json> configurations;
    for (const auto* cell : by_label[label]) {
      const auto& found = results.cells.at(cell->key);
      if (found.status == Status::missing) continue;
      const auto mine = settings(found);
      if (std::find(configurations.begin(), configurations.end(), mine) == configurations.end()) {
        configurations.push_back(mine);
      }
    }
    if (configurations.empty()) configurations.push_back(nlohmann::json::object());
    const std::size_t first = rows.size();
    for (const auto& configuration : configurations) {
      Row row{.label = label};
      if (configurations.size() > 1) row.label += distinction(configuration, configurations);
      rows.push_back(std::move(row));
    }
    for (const auto* cell : by_label[label]) {
      const auto& found = results.cells.at(cell->key);
      const auto which = std::find(configurations.begin(), configurations.end(), settings(found));
      const bool known = found.status != Status::missing && which != configurations.end();
      Row& row =
          rows[first + (known ? static_cast<std::size_t>(which - configurations.begin()) : 0)];
      row.method_id = cell->method;
      const bool asked = positive(found.method, "coarse") || positive(found.method, "fine");
      row.kl = row.kl || (asked && found.trained());
      if (found.status == Status::ok && asked && !found.trained())
        add_remark(row, "kl: no loop ran, nothing was added");
      if (found.method.is_object() && found.method.contains("shipped"))
        add_remark(row, "not the shipped " + row.method_id);
      row.runs.push_back({cell->seed, &found});
    }
  }
  return rows;
}

bool any_defined(const Board& board, const std::string& measure) {
  const auto has = [&](const Row& row) {
    const auto found = row.measures.find(measure);
    return found != row.measures.end() && found->second.defined();
  };
  return has(board.original) || std::any_of(board.rows.begin(), board.rows.end(), has);
}

// Under the goals coarse and hybrid the coarse labels of some forget images are to go as well.
void add_goal_column(Board& board) {
  if (!any_defined(board, "forgotten_coarse")) return;
  const Column gone{
      "forgotten_coarse", "Forget set", "coarse (forget)", false,
      "Accuracy at coarse level on the images whose coarse label is to be forgotten, too"};
  auto& kept = board.main.front();
  if (any_defined(board, kept.id)) {
    kept.title = "coarse (keep)";
    kept.help = "Accuracy at coarse level on the forget images whose coarse label is to stay known";
    board.main.insert(board.main.begin() + 1, gone);
  } else {
    kept = gone;
  }
}

void add_columns(Board& board) {
  board.main = {
      {"forget_coarse", "Forget set", "coarse", true,
       "Accuracy on the forget images at coarse level: the parent concept should stay known"},
      {"forget_fine", "Forget set", "fine", false,
       "Accuracy on the forget images at fine level: this is what should be forgotten"},
      {"retain_coarse", "Retain set", "coarse", true,
       "Accuracy on all other images at coarse level"},
      {"retain_fine", "Retain set", "fine", true, "Accuracy on all other images at fine level"},
      {"quality", "Scores", "Quality", true, "Share of the forget accuracy that is gone: 1 − a/a₀"},
      {"utility", "Scores", "Utility", true,
       "What is kept: mean of min(1, a/a₀) over forget coarse, retain coarse, retain fine"},
      {"q_u", "Scores", "Q-U", true, "Harmonic mean of Quality and Utility"}};
  add_goal_column(board);
  const auto suites = ids_of(board.evaluations, Role::zero_shot);
  if (!suites.empty()) {
    board.main.push_back(
        {"zero_shot", "", "Zero-shot", true,
         "Mean fine accuracy over the zero-shot suites, which share no concept with the request"});
  }
  const auto out_of_domain = ids_of(board.evaluations, Role::out_of_domain);
  if (!out_of_domain.empty()) {
    board.transfer = {{"quality", "In domain", "Quality", true, ""},
                      {"utility", "In domain", "Utility", true, ""},
                      {"q_u", "In domain", "Q-U", true, ""}};
  }
  for (const auto& evaluation : board.evaluations) {
    if (evaluation.role == Role::zero_shot) {
      board.zero_shot.push_back(
          {"zero_shot/" + evaluation.id, "Suites", evaluation.title, true, ""});
    } else if (evaluation.role == Role::out_of_domain) {
      const std::string group = "Out of domain: " + evaluation.title, id = evaluation.id;
      board.transfer.push_back({id + "/quality", group, "Quality", true, ""});
      board.transfer.push_back({id + "/utility", group, "Utility", true, ""});
      board.transfer.push_back({id + "/q_u", group, "Q-U", true, ""});
      const std::string gap =
          out_of_domain.size() == 1 ? "Gap (in − out)" : "Gap: " + evaluation.title;
      board.transfer.push_back({id + "/quality_gap", gap, "Quality", false,
                                "In-domain minus out-of-domain, percentage points"});
      board.transfer.push_back(
          {id + "/q_u_gap", gap, "Q-U", false, "In-domain minus out-of-domain, percentage points"});
    }
  }
  if (!suites.empty()) {
    board.zero_shot.push_back({"zero_shot", "All", "Mean", true, "Mean of the suites"});
    board.zero_shot.push_back({"zero_shot_worst_drop", "All", "Worst drop", false,
                               "Largest relative loss against the original model over the suites"});
  }
  for (const auto& row : board.rows) {
    for (const auto& run : row.runs) {
      for (const auto& metric : run.cell->metrics) {
        board.metrics[metric.name] = {metric.name, "", metric.name, metric.higher_is_better, ""};
        board.units[metric.name] = metric.unit;
      }
    }
  }
}

// Those of the suite's evaluations that the request has.
std::vector<PlannedEvaluation> evaluations_of(const Plan& plan, const PlannedOriginal& original) {
  if (original.evaluations.empty()) return plan.evaluations;
  std::vector<PlannedEvaluation> out;
  for (const auto& evaluation : plan.evaluations) {
    const auto& ids = original.evaluations;
    if (std::find(ids.begin(), ids.end(), evaluation.id) != ids.end()) out.push_back(evaluation);
  }
  return out;
}

Board make_board(const Plan& plan, const PlannedOriginal& planned, const Results& results) {
  Board board{.plan = &plan, .model = planned.model, .request = planned.request};
  board.evaluations = evaluations_of(plan, planned);
  const Cell& original = results.cells.at(planned.key);
  const bool known = original.status == Status::ok;
  board.original = {.label = "Original model", .method_id = "original", .runs = {{0, &original}}};
  measure(board.original, board.evaluations, nullptr);

  std::vector<PlannedCell> mine;
  std::copy_if(plan.cells.begin(), plan.cells.end(), std::back_inserter(mine),
               [&](const auto& cell) {
                 return cell.model == planned.model && cell.request == planned.request;
               });
  board.rows = make_rows(mine, results);
  for (auto& row : board.rows) {
    measure(row, board.evaluations, known ? &original : nullptr);
    if (!known && row.first(Status::ok)) {
      for (const char* id : {"quality", "utility", "q_u"}) {
        row.measures[id].reason =
            "the original model's cell is " + std::string(to_string(original.status));
      }
    }
  }
  std::stable_sort(board.rows.begin(), board.rows.end(), [](const Row& a, const Row& b) {
    const auto &qa = a.measures.find("q_u"), &qb = b.measures.find("q_u");
    const bool has_a = qa != a.measures.end() && qa->second.defined();
    const bool has_b = qb != b.measures.end() && qb->second.defined();
    if (!has_a || !has_b) return has_a && !has_b;
    return qa->second.mean() > qb->second.mean();
  });

  if (original.status != Status::missing) board.sample = &original;
  for (const auto& row : board.rows) {
    for (const auto& run : row.runs) {
      // Not the original if it can be helped: only an unlearning cell is sure to know its request
      // in full.
      const bool better = !board.sample || board.sample == &original;
      if (better && run.cell->status != Status::missing) board.sample = run.cell;
    }
  }
  add_columns(board);
  return board;
}

}  // namespace

double Measure::mean() const {
  double sum = 0;
  for (const auto& value : values) sum += value.value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> Measure::sd() const {
  if (values.size() < 2) return std::nullopt;
  const double centre = mean();
  double sum = 0;
  for (const auto& value : values) sum += (value.value - centre) * (value.value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

const Cell* Row::first(Status status) const {
  for (const auto& run : runs) {
    if (run.cell->status == status) return run.cell;
  }
  return nullptr;
}

std::size_t Row::count(Status status) const {
  return static_cast<std::size_t>(std::count_if(
      runs.begin(), runs.end(), [&](const Run& run) { return run.cell->status == status; }));
}

std::size_t Board::seeds() const {
  std::size_t most = 0;
  for (const auto& row : rows) most = std::max(most, row.runs.size());
  return most;
}

std::string Board::unchecked() const {
  std::int64_t unchecked = 0, all = 0;
  const auto add = [&](const Row& row) {
    for (const auto& run : row.runs) {
      all += run.cell->status == Status::ok;
      unchecked += !run.cell->unchecked.empty();
    }
  };
  add(original);
  for (const auto& row : rows) add(row);
  if (unchecked == 0) return "";
  return fmt::format("{} of {}, whose predictions are not there", unchecked,
                     counted(all, "result"));
}

std::optional<std::int64_t> Board::fewest_samples() const {
  std::optional<std::int64_t> fewest;
  for (const auto& row : rows) {
    for (const auto& run : row.runs) {
      if (!run.cell) continue;
      for (const auto& [name, count] : run.cell->fewer_samples)
        fewest = std::min(fewest.value_or(count), count);
    }
  }
  return fewest;
}

std::map<std::string, Flips> Board::flips() const {
  std::map<std::string, Flips> sums;
  const auto add = [&](const Row& row) {
    for (const auto& run : row.runs) {
      for (const auto& [evaluation, flips] : run.cell->flips) {
        auto& sum = sums[evaluation];
        sum = {flips.precision, sum.n + flips.n, sum.fine + flips.fine};
      }
    }
  };
  add(original);
  for (const auto& row : rows) add(row);
  return sums;
}

std::vector<Board> make_boards(const Results& results) {
  std::vector<Board> boards;
  for (const auto& plan : results.plans) {
    for (const auto& original : plan.originals)
      boards.push_back(make_board(plan, original, results));
  }
  return boards;
}

}  // namespace lacuna::report
