#include "report/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/columns.hpp"
#include "report/rows.hpp"
#include "support/safe_text.hpp"

namespace lacuna::report {
namespace {

// Those of the suite's evaluations that the request has.
std::vector<PlannedEvaluation> evaluations_of(const PlannedSuite& plan,
                                              const PlannedCell& original) {
  if (original.evaluations.empty()) return plan.evaluations;
  std::vector<PlannedEvaluation> out;
  for (const auto& evaluation : plan.evaluations) {
    const auto& ids = original.evaluations;
    if (std::find(ids.begin(), ids.end(), evaluation.id) != ids.end()) out.push_back(evaluation);
  }
  return out;
}

std::vector<std::string> attack_labels(const std::vector<PlannedCell>& planned) {
  std::vector<std::string> out;
  for (const auto& cell : planned) {
    if (!cell.attack.empty() && std::find(out.begin(), out.end(), cell.attack) == out.end())
      out.push_back(cell.attack);
  }
  return out;
}

// Any cell that was found, one that knows its request if it can be helped: an original does not,
// nor does a cell that the plan knew not to run.
const Cell* sample_of(const Board& board) {
  const Cell* out = nullptr;
  for (const auto* row : board.all_rows()) {
    for (const auto& run : row->runs) {
      const bool found = run.cell->status != Status::missing,
                 better = !out || (!out->request.is_object() && run.cell->request.is_object());
      if (found && better) out = run.cell;
    }
  }
  return out;
}

// Every metric gets the original model beside itself, too. What compares the two gives 0 or 1 there
// whatever the samples, so it says nothing of the original, and its line leaves it out.
bool says_nothing(const SeedValue& it) {
  constexpr double rounding = 1e-6;  // of what is stored as float32
  const auto is = [](double value, double other) { return std::abs(value - other) < rounding; };
  const auto& rows = it.stored->per_sample;
  return !it.stored->count && (is(it.value, 0) || is(it.value, 1)) &&
         std::all_of(rows.begin(), rows.end(), [&](double row) { return is(row, it.value); });
}

void drop_comparisons(Row& original) {
  std::erase_if(original.measures, [](const auto& entry) {
    const auto& values = entry.second.values;
    return values.empty() ? !entry.second.failed : says_nothing(values.front());
  });
}

void measure(Board& board) {
  NamesByMetric names;
  for (const auto* row : board.all_rows()) {
    for (const auto& run : row->runs) add_names(names, *run.cell);
  }
  collect_measures(board.original, names);
  for (auto& row : board.rows) collect_measures(row, names);
}

void order(Board& board) {
  std::stable_sort(board.rows.begin(), board.rows.end(), [&](const Row& a, const Row& b) {
    const auto *of_a = defined_measure(a, board.ranking), *of_b = defined_measure(b, board.ranking);
    if (!of_a || !of_b) return of_a && !of_b;
    return board.ranking.worse(of_b->mean(), of_a->mean());
  });
}

Board make_board(const PlannedSuite& plan, const PlannedCell& planned, const Results& results) {
  Board board{.plan = &plan, .model = planned.model, .request = planned.request};
  board.evaluations = evaluations_of(plan, planned);
  board.original = {.label = "Original model",
                    .method_id = "original",
                    .runs = {{0, &results.cells.at(planned.key)}}};
  std::vector<PlannedCell> mine;
  std::copy_if(plan.cells.begin(), plan.cells.end(), std::back_inserter(mine),
               [&](const auto& cell) {
                 return cell.model == planned.model && cell.request == planned.request;
               });
  board.rows = make_rows(mine, results);
  board.attacks = attack_labels(mine);
  board.sample = sample_of(board);
  measure(board);
  set_columns(board);
  drop_comparisons(board.original);
  for (auto& row : board.rows) {
    if (board.attacked()) collect_left(row, board.rank);
  }
  order(board);
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

const SeedValue* Measure::of(const std::string& key) const {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](const SeedValue& one) { return one.key == key; });
  return found == values.end() ? nullptr : &*found;
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

const Row* Row::attacked_by(const std::string& name) const {
  const auto found = std::find_if(attacks.begin(), attacks.end(),
                                  [&](const Row& one) { return one.attack == name; });
  return found == attacks.end() ? nullptr : &*found;
}

std::size_t Board::seeds() const {
  std::size_t most = 0;
  for (const auto& row : rows) most = std::max(most, row.runs.size());
  return most;
}

const std::string& Board::title_of(const std::string& evaluation) const {
  for (const auto& one : evaluations) {
    if (one.id == evaluation) return one.title;
  }
  return evaluation;
}

std::string Board::name_of(const std::string& value) const {
  const auto own = ids_of(evaluations, Role::in_domain);
  const auto all = all_rows();
  const auto is_given = [&](const std::string& name) {
    return std::any_of(all.begin(), all.end(),
                       [&](const Row* row) { return row->measures.contains(name); });
  };
  if (own.size() < 2 || is_given(value) || !is_given(own.front() + "/" + value)) return value;
  return own.front() + "/" + value;
}

std::string Board::unchecked() const {
  std::int64_t unchecked = 0, all = 0;
  for (const auto* row : all_rows()) {
    for (const auto& run : row->runs) {
      all += run.cell->status == Status::ok;
      unchecked += !run.cell->unchecked.empty();
    }
  }
  if (unchecked == 0) return "";
  return fmt::format("{} of {}, whose predictions are not there", unchecked,
                     counted(all, "result"));
}

std::optional<std::int64_t> Board::fewest_samples() const {
  std::optional<std::int64_t> fewest;
  for (const auto& row : rows) {
    for (const auto& run : row.runs) {
      for (const auto& [name, count] : run.cell->fewer_samples)
        fewest = std::min(fewest.value_or(count), count);
    }
  }
  return fewest;
}

std::map<std::string, Flips> Board::flips() const {
  std::map<std::string, Flips> sums;
  for (const auto* row : all_rows()) {
    for (const auto& run : row->runs) {
      for (const auto& [evaluation, flips] : run.cell->flips) {
        auto& sum = sums[evaluation];
        sum = {flips.precision, sum.n + flips.n, sum.fine + flips.fine};
      }
    }
  }
  return sums;
}

std::vector<const Row*> Board::all_rows() const {
  std::vector<const Row*> out{&original};
  for (const auto& row : rows) {
    out.push_back(&row);
    for (const auto& attack : row.attacks) out.push_back(&attack);
  }
  return out;
}

const Measure* measure_of(const Row& row, const Column& column) {
  const Row* of = column.of == Column::Of::attacked ? row.attacked_by(column.attack) : &row;
  if (!of) return nullptr;
  // An attacked row and the original have none left.
  if (column.of == Column::Of::left) return of->left.defined() ? &of->left : nullptr;
  const auto found = of->measures.find(column.id);
  return found == of->measures.end() ? nullptr : &found->second;
}

const Measure* defined_measure(const Row& row, const Column& column) {
  const auto* measure = measure_of(row, column);
  return measure && measure->defined() ? measure : nullptr;
}

std::vector<std::string> ids_of(const std::vector<PlannedEvaluation>& evaluations, Role role) {
  std::vector<std::string> ids;
  for (const auto& evaluation : evaluations) {
    if (evaluation.role == role) ids.push_back(evaluation.id);
  }
  return ids;
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
