#include "report/leaderboard.hpp"

#include <algorithm>

#include "report/credits.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

json measure_json(const Measure& measure) {
  if (!measure.defined()) {
    return {{"mean", nullptr},
            {"sd", nullptr},
            {"n", 0},
            {"values", json::array()},
            {"reason", measure.reason}};
  }
  json values = json::array();
  for (const auto& value : measure.values) {
    values.push_back({{"seed", value.seed}, {"key", value.key}, {"value", value.value}});
  }
  const auto sd = measure.sd();
  return {{"mean", measure.mean()},
          {"sd", sd ? json(*sd) : json()},
          {"n", values.size()},
          {"values", values}};
}

// Those that have a column, or those that have none.
json measures_json(const Board& board, const Row& row, bool columns) {
  json out = json::object();
  for (const auto& [id, measure] : row.measures) {
    const bool other = std::any_of(board.others.begin(), board.others.end(),
                                   [&id = id](const Column& column) { return column.id == id; });
    if (other != columns) out[id] = measure_json(measure);
  }
  return out;
}

json column_json(const Column& column, const std::string& table) {
  return {{"id", column.id},       {"table", table},
          {"group", column.group}, {"title", column.title},
          {"unit", column.unit},   {"higher_is_better", column.higher_is_better},
          {"help", column.help}};
}

json columns_json(const Board& board) {
  json out = json::array();
  for (const auto& column : board.main) {
    if (column.of == Column::Of::row) out.push_back(column_json(column, ""));
  }
  for (const auto& table : board.tables) {
    for (const auto& column : table.columns) out.push_back(column_json(column, table.name));
  }
  return out;
}

json run_json(const Run& run, bool seeded) {
  json out{{"key", run.cell->key}, {"status", to_string(run.cell->status)}};
  if (seeded) out["seed"] = run.seed;
  if (!run.cell->failure.empty()) out["failure"] = run.cell->failure;
  if (!run.cell->reason.empty()) out["reason"] = run.cell->reason;
  if (!run.cell->unchecked.empty()) out["unchecked"] = run.cell->unchecked;
  return out;
}

json cells_json(const Row& row) {
  json out = json::array();
  for (const auto& run : row.runs) out.push_back(run_json(run, true));
  return out;
}

json method_json(const Row& row) {
  json method{{"id", row.method_id}}, training;
  for (const auto& run : row.runs) {
    if (run.cell->method.is_object()) method = run.cell->method, training = run.cell->training;
  }
  return {{"method", method}, {"training", training}};
}

json row_json(const Board& board, const Row& row) {
  json out = method_json(row);
  out["label"] = row.label;
  out["cells"] = cells_json(row);
  out["measures"] = measures_json(board, row, true);
  out["metrics"] = measures_json(board, row, false);
  if (!board.attacked()) return out;
  out["left"] = measure_json(row.left);
  out["attacks"] = json::array();
  for (const auto& attack : row.attacks) {
    json one = method_json(attack);
    one["label"] = attack.attack;
    one["cells"] = cells_json(attack);
    one["measures"] = measures_json(board, attack, true);
    out["attacks"].push_back(std::move(one));
  }
  return out;
}

json pair_json(const std::optional<Interval>& interval) {
  return interval ? json{interval->lower, interval->upper} : json();
}

json optional_json(const auto& value) { return value ? json(*value) : json(); }

json number_json(const ComparedNumber& number) {
  const auto& theirs = *number.published;
  json published{{"value", theirs.value},
                 {"from", theirs.from_counts ? "counts" : "print"},
                 {"printed", theirs.is_printed ? json(theirs.printed) : json()},
                 {"pictures", pair_json(theirs.pictures)}};
  if (theirs.erratum) {
    published["erratum"] = {{"kind", theirs.erratum->kind},
                            {"correct", theirs.erratum->correct / 100},
                            {"note", theirs.erratum->note}};
  }
  return {{"published", published},
          {"measured", number.measured ? json(number.measured->mean()) : json()},
          {"pictures", pair_json(number.pictures)},
          {"further_run", optional_json(number.further_run)},
          {"interval", pair_json(number.interval)},
          {"difference", optional_json(number.difference)},
          {"inside", optional_json(number.inside)}};
}

json compared_json(const ComparedRow& row) {
  json numbers = json::object();
  for (const auto& [id, number] : row.numbers) numbers[id] = number_json(number);
  return {{"label", row.label},
          {"published_label", row.published},
          {"provenance", row.printed_from},
          {"numbers", numbers}};
}

json gate_json(const Gate& gate) {
  json checks = json::array();
  for (const auto& check : gate.checks) {
    checks.push_back(
        {{"group", check.group},
         {"level", check.level},
         {"published", {check.published.correct, check.published.n}},
         {"measured",
          check.measured.n > 0 ? json{check.measured.correct, check.measured.n} : json()},
         {"allowed", check.allowed},
         {"met", check.met()}});
  }
  return {{"state", to_string(gate.state)}, {"checks", checks}, {"reasons", gate.reasons}};
}

json comparison_json(const Comparison& comparison) {
  const auto& table = comparison.table();
  json rows = json::array();
  for (const auto& row : comparison.rows) rows.push_back(compared_json(row));
  json out{{"id", table.id},
           {"source",
            {{"authors", table.authors},
             {"title", table.paper},
             {"reference", table.reference},
             {"place", table.place},
             {"seeds", table.seeds},
             {"note", table.note}}},
           {"model", table.model},
           {"request", comparison.board->request},
           {"gate", gate_json(comparison.gate)},
           {"rows", rows}};
  out["original"] =
      comparison.board->original ? compared_json(comparison.original)["numbers"] : json();
  return out;
}

json known(const Cell* cell, json Cell::*part, const json& otherwise) {
  return cell && (cell->*part).is_object() ? cell->*part : otherwise;
}

json board_json(const Board& board, const std::vector<Comparison>& comparisons) {
  json rows = json::array();
  for (const auto& row : board.rows) rows.push_back(row_json(board, row));
  json evaluations = json::array();
  for (const auto& evaluation : board.evaluations) {
    evaluations.push_back(
        {{"id", evaluation.id}, {"role", to_string(evaluation.role)}, {"title", evaluation.title}});
    if (!evaluation.incomplete.empty()) evaluations.back()["incomplete"] = evaluation.incomplete;
  }
  json original = run_json(board.original.runs.front(), false);
  original["measures"] = measures_json(board, board.original, true);
  json out{
      {"suite",
       {{"name", board.plan->name}, {"title", board.plan->title}, {"sha256", board.plan->sha256}}},
      {"model", known(board.sample, &Cell::model, {{"name", board.model}})},
      {"request", known(board.sample, &Cell::request, {{"id", board.request}})},
      {"evaluations", evaluations},
      {"columns", columns_json(board)},
      {"ranked_by", board.rank.id},
      {"original", original},
      {"rows", rows}};
  for (const auto& credit : credits_of(board))
    out["credits"].push_back(to_json(credit, Fields::identity));
  for (const auto& comparison : comparisons)
    out["published"].push_back(comparison_json(comparison));
  return out;
}

}  // namespace

json leaderboard(const Results& results, const std::vector<Board>& boards,
                 const std::vector<std::vector<Comparison>>& comparisons) {
  json all = json::array();
  for (std::size_t i = 0; i < boards.size(); ++i)
    all.push_back(board_json(boards[i], comparisons.at(i)));
  return {{"schema_version", 1}, {"boards", all}, {"unplanned_cells", results.unplanned}};
}

}  // namespace lacuna::report
