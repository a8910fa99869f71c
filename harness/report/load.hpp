// A folder of results as the report sees it: what the plans asked for, and what came of every cell.
// The layout is docs/results.md's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"
#include "run/jobs/graph.hpp"
#include "run/results/cell_result.hpp"
#include "run/results/published_table.hpp"

namespace lacuna::report {

using lacuna::BoardSpec;
using lacuna::Status;
using lacuna::StoredValue;
using lacuna::TrajectoryPoint;
using Cell = lacuna::CellResult;
using Flips = lacuna::StoredFlips;

// As people read it: "not applicable".
std::string in_words(Status status);

// A table that others printed, and what it calls our requests and labels.
struct PlannedTable {
  PublishedTable table = {};
  std::map<std::string, std::string> requests = {}, labels = {};  // ours -> theirs
};

// A suite's plan. Keys of cells are those of Results::cells.
struct PlannedSuite {
  std::string name = {}, title = {}, sha256 = {};
  std::vector<PlannedCell> cells = {};      // attacks among them
  std::vector<PlannedCell> originals = {};  // no `evaluations`: all of the plan's
  std::vector<PlannedEvaluation> evaluations = {};
  std::vector<PlannedTable> published = {};
  std::vector<Credit> credits = {};
  BoardSpec board = {};
};

struct Results {
  std::filesystem::path folder = {};
  std::vector<PlannedSuite> plans = {};    // by file name
  std::map<std::string, Cell> cells = {};  // every planned key, missing ones included
  std::int64_t unplanned = 0;              // result files that no plan asks for
};

// Throws ConfigError in one line: no such folder, no plan in it, a damaged file and where it is
// damaged, a result that its own predictions contradict. A result whose predictions are not there
// says so in Cell::unchecked.
Results load_results(const std::filesystem::path& folder);

}  // namespace lacuna::report
