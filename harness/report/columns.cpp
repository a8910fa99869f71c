#include "report/columns.hpp"

#include <algorithm>
#include <set>

namespace lacuna::report {
namespace {

// A column, and what its metric says of its place.
struct Known {
  Column column = {};
  std::string table = {};
  bool shown = true;
};

// Metrics know the ids of evaluations, people their titles: "Out of domain: sketch" becomes "Out of
// domain: Shapes, sketched", and so does "validation: Scores".
std::string with_titles(const Board& board, std::string text) {
  for (const auto& evaluation : board.evaluations) {
    if (text.ends_with(": " + evaluation.id)) {
      text.replace(text.size() - evaluation.id.size(), evaluation.id.size(), evaluation.title);
    } else if (text.starts_with(evaluation.id + ": ")) {
      text.replace(0, evaluation.id.size(), evaluation.title);
    }
  }
  return text;
}

std::string title_of(const Board& board, const StoredValue& value) {
  if (value.title.empty()) return value.name;
  const bool is_id =
      std::any_of(board.evaluations.begin(), board.evaluations.end(), [&](const auto& evaluation) {
        return evaluation.id == value.title && value.name.ends_with("/" + evaluation.id);
      });
  return is_id ? board.title_of(value.title) : value.title;
}

Known known_value(const Board& board, const StoredValue& value) {
  return {.column = {.id = value.name,
                     .group = with_titles(board, value.group),
                     .title = title_of(board, value),
                     .higher_is_better = value.higher_is_better,
                     .help = value.help,
                     .unit = value.unit,
                     .evaluation = value.evaluation,
                     .lower = value.lower,
                     .upper = value.upper,
                     .metric = value.metric,
                     .shipped = value.shipped},
          .table = value.table,
          .shown = value.shown};
}

// Every value of any cell once, in the order in which the metrics gave them; one that the first
// cells lack comes behind the one that stands before it where it is.
std::vector<Known> known_values(const Board& board) {
  std::vector<Known> out;
  for (const auto* row : board.all_rows()) {
    for (const auto& run : row->runs) {
      auto at = out.begin();
      for (const auto& value : run.cell->values) {
        if (!row->measures.contains(value.name)) continue;  // stands for other values
        const auto found = std::find_if(out.begin(), out.end(), [&](const Known& known) {
          return known.column.id == value.name;
        });
        at = found != out.end() ? found : out.insert(at, known_value(board, value));
        // Undefined values know less: whose samples they are made of.
        if (at->column.evaluation.empty()) at->column.evaluation = value.evaluation;
        ++at;
      }
    }
  }
  return out;
}

Column named(const std::vector<Known>& all, const std::string& name) {
  for (const auto& known : all) {
    if (known.column.id == name) return known.column;
  }
  return {.id = name, .title = name};
}

bool holds(const std::vector<Column>& columns, const std::string& id) {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const Column& column) { return column.id == id; });
}

Column regrouped(Column column, const char* group, const char* title, const char* help) {
  column.group = group;
  if (*title) column.title = title;
  column.help = help;
  return column;
}

// Beside what was reached out of domain stands what was reached in domain.
void add_in_domain(const Board& board, std::vector<Column>& columns) {
  std::vector<Column> own;
  for (const auto* column : {&board.plot_y, &board.plot_x, &board.rank}) {
    if (!column->metric.empty() && !holds(own, column->id))
      own.push_back(regrouped(*column, "In domain", "", ""));
  }
  columns.insert(columns.begin(), own.begin(), own.end());
}

// The mean over the suites, a column of the main table, closes that of the suites.
void add_mean(const std::vector<Known>& all, std::vector<Column>& columns) {
  const auto mean = named(all, "zero_shot");
  if (mean.metric.empty() || holds(columns, mean.id)) return;
  const auto summary = std::find_if(columns.begin(), columns.end(),
                                    [](const Column& column) { return column.group == "All"; });
  columns.insert(summary, regrouped(mean, "All", "Mean", "Mean of the suites"));
}

std::size_t place_of(const std::string& table) {
  return table == kOutOfDomain ? 0 : table == kZeroShot ? 1 : 2;
}

}  // namespace

void set_columns(Board& board) {
  const auto& spec = board.plan->board;
  const auto all = known_values(board);
  board.rank = named(all, board.name_of(spec.rank));
  board.plot_x = named(all, board.name_of(spec.plot_x));
  board.plot_y = named(all, board.name_of(spec.plot_y));
  for (const auto& name : spec.columns) {
    if (!holds(board.main, name)) board.main.push_back(named(all, name));
  }
  for (const auto& [column, name, shown] : all) {
    const bool chosen = holds(board.main, column.id);
    if (!shown || (name.empty() && !spec.columns.empty())) {
      if (!chosen) board.others.push_back(column);
    } else if (name.empty()) {
      board.main.push_back(column);
    } else {
      auto table =
          std::find_if(board.tables.begin(), board.tables.end(),
                       [&name = name](const FurtherTable& one) { return one.name == name; });
      if (table == board.tables.end())
        table = board.tables.insert(board.tables.end(), FurtherTable{.name = name});
      table->columns.push_back(column);
    }
  }
  std::stable_sort(board.tables.begin(), board.tables.end(), [](const auto& a, const auto& b) {
    return place_of(a.name) < place_of(b.name);
  });
  for (auto& [name, columns] : board.tables) {
    if (name == kOutOfDomain) add_in_domain(board, columns);
    if (name == kZeroShot) add_mean(all, columns);
  }
  board.ranking = board.rank;
  if (!board.attacked()) return;
  board.ranking.of = Column::Of::left;
  board.ranking.id = "left";
  board.ranking.title += " left";
  board.ranking.help = "The worst of " + board.rank.title +
                       " before and after every attack, seed by seed: an attack may only lower";
  board.main.push_back(board.ranking);
}

std::vector<Column> attack_columns(const Board& board) {
  std::vector<Column> out;
  const auto add = [&](Column column, const char* group) {
    column.group = group;
    out.push_back(std::move(column));
  };
  add(board.rank, "Without attack");
  if (board.plot_y.id != board.rank.id) add(board.plot_y, "Without attack");
  for (const auto& label : board.attacks) {
    Column after = board.rank;
    after.of = Column::Of::attacked;
    after.attack = label;
    after.title = label;
    after.help = board.rank.title + " after this attack";
    after.group = board.rank.title + " after";
    out.push_back(std::move(after));
  }
  add(board.ranking, "");
  return out;
}

}  // namespace lacuna::report
