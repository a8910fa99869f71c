#include "report/leaderboard.hpp"

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

json measures_json(const std::map<std::string, Measure>& measures) {
  json out = json::object();
  for (const auto& [id, measure] : measures) out[id] = measure_json(measure);
  return out;
}

json run_json(const Run& run, bool seeded) {
  json out{{"key", run.cell->key}, {"status", to_string(run.cell->status)}};
  if (seeded) out["seed"] = run.seed;
  if (!run.cell->failure.empty()) out["failure"] = run.cell->failure;
  if (!run.cell->reason.empty()) out["reason"] = run.cell->reason;
  return out;
}

json row_json(const Row& row) {
  json cells = json::array();
  json method{{"id", row.method_id}}, training;
  for (const auto& run : row.runs) {
    cells.push_back(run_json(run, true));
    if (run.cell->method.is_object()) method = run.cell->method, training = run.cell->training;
  }
  return {{"label", row.label},
          {"method", method},
          {"training", training},
          {"cells", cells},
          {"measures", measures_json(row.measures)},
          {"metrics", measures_json(row.metrics)}};
}

json board_json(const Board& board) {
  json rows = json::array();
  for (const auto& row : board.rows) rows.push_back(row_json(row));
  json evaluations = json::array();
  for (const auto& evaluation : board.plan->evaluations) {
    const char* role = evaluation.role == Role::in_domain   ? "in_domain"
                       : evaluation.role == Role::zero_shot ? "zero_shot"
                                                            : "out_of_domain";
    evaluations.push_back({{"id", evaluation.id}, {"role", role}, {"title", evaluation.title}});
  }
  json original = run_json(board.original.runs.front(), false);
  original["measures"] = measures_json(board.original.measures);
  return {
      {"suite",
       {{"name", board.plan->name}, {"title", board.plan->title}, {"sha256", board.plan->sha256}}},
      {"model", board.sample ? board.sample->model : json{{"name", board.model}}},
      {"request", board.sample ? board.sample->request : json{{"id", board.request}}},
      {"evaluations", evaluations},
      {"original", original},
      {"rows", rows}};
}

}  // namespace

json leaderboard(const Results& results, const std::vector<Board>& boards) {
  json all = json::array();
  for (const auto& board : boards) all.push_back(board_json(board));
  return {{"schema_version", 1}, {"boards", all}, {"unplanned_cells", results.unplanned}};
}

}  // namespace lacuna::report
