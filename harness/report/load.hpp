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
#include "run/published_table.hpp"

namespace lacuna::report {

enum class Status { ok, failed, not_applicable, missing };

const char* to_string(Status status);
// As people read it: "not applicable".
std::string in_words(Status status);

// counts[group][level], as stored: group is forget, retain or all; level is fine or coarse.
using Counts = std::map<std::string, std::map<std::string, Count>>;

// {0, 0} if the evaluation, the group or the level was not counted.
Count count_of(const std::map<std::string, Counts>& counts, const std::string& evaluation,
               const std::string& group, const std::string& level);

struct StoredMetric {
  std::string name = {};
  std::optional<double> value = {};
  std::string reason = {};  // why there is no value
  std::string unit = "1";
  bool higher_is_better = true;
};

struct TrajectoryPoint {
  double step = 0;
  std::optional<double> loss = {}, forget_accuracy = {};
};

// What an evaluation in less than float32 changed: of n pictures, the fine predictions that differ.
struct Flips {
  std::string precision = {};
  std::int64_t n = 0, fine = 0;
};

// One result file. A missing one has status `missing` and nothing else.
struct Cell {
  std::string key = {};
  Status status = Status::missing;
  std::string failure = {}, reason = {};
  nlohmann::json model = {}, request = {}, method = {},
                 training = {};               // of "cell"; null where absent
  std::map<std::string, Counts> counts = {};  // by evaluation id
  std::vector<StoredMetric> metrics = {};
  std::vector<TrajectoryPoint> trajectory = {};
  std::optional<std::int64_t> kept_epoch = {};
  // By concept, where the forgetting set had fewer than the request asked for.
  std::map<std::string, std::int64_t> fewer_samples = {};
  std::map<std::string, Flips> flips = {};  // by evaluation id; none for those in float32
  std::string predictions_sha256 = {};  // of predictions/<key>.safetensors; empty if it names none
};

struct PlannedCell {
  std::string key = {}, original = {}, model = {}, request = {}, method = {}, label = {};
  std::uint64_t seed = 0;
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
  std::vector<PlannedCell> cells = {};
  std::vector<PlannedOriginal> originals = {};
  std::vector<PlannedEvaluation> evaluations = {};
  std::vector<PlannedTable> published = {};
};

struct Results {
  std::filesystem::path folder = {};
  std::vector<Plan> plans = {};            // by file name
  std::map<std::string, Cell> cells = {};  // every planned key, missing ones included
  std::int64_t unplanned = 0;              // result files that no plan asks for
};

// Throws ConfigError in one line: no such folder, no plan in it, a damaged file and where it is
// damaged.
Results load_results(const std::filesystem::path& folder);

}  // namespace lacuna::report
