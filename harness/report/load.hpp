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
#include "run/board_spec.hpp"
#include "run/cell_result.hpp"
#include "run/published_table.hpp"

namespace lacuna::report {

using lacuna::BoardSpec;
using lacuna::Status;
using lacuna::StoredValue;
using lacuna::TrajectoryPoint;
using Cell = lacuna::CellResult;
using Flips = lacuna::StoredFlips;

// As people read it: "not applicable".
std::string in_words(Status status);

struct PlannedCell {
  std::string key = {}, original = {}, model = {}, request = {}, method = {}, label = {};
  std::uint64_t seed = 0;
  std::string attack = {};    // label of the attack that this cell is; empty: of no attack
  std::string attacked = {};  // then the key of the cell that it attacks
};

struct PlannedOriginal {
  std::string key = {}, model = {}, request = {};
  std::vector<std::string> evaluations = {};  // ids; empty: all of the plan's
};

struct PlannedEvaluation {
  std::string id = {}, title = {};
  Role role = Role::in_domain;
  std::string incomplete = {};  // "298 of 3,669 pictures, 3 of 37 classes"; empty if it is whole
};

// A table that others printed, and what it calls our requests and labels.
struct PlannedTable {
  PublishedTable table = {};
  std::map<std::string, std::string> requests = {}, labels = {};  // ours -> theirs
};

struct Plan {
  std::string name = {}, title = {}, sha256 = {};
  std::vector<PlannedCell> cells = {};  // attacks among them
  std::vector<PlannedOriginal> originals = {};
  std::vector<PlannedEvaluation> evaluations = {};
  std::vector<PlannedTable> published = {};
  BoardSpec board = {};
};

struct Results {
  std::filesystem::path folder = {};
  std::vector<Plan> plans = {};            // by file name
  std::map<std::string, Cell> cells = {};  // every planned key, missing ones included
  std::int64_t unplanned = 0;              // result files that no plan asks for
};

// Throws ConfigError in one line: no such folder, no plan in it, a damaged file and where it is
// damaged, a result that its own predictions contradict. A result whose predictions are not there
// says so in Cell::unchecked.
Results load_results(const std::filesystem::path& folder);

}  // namespace lacuna::report
