// One result file (docs/results.md) as numbers and words, every field of it checked.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/quality.hpp"
#include "lacuna/json_view.hpp"

namespace lacuna {

enum class Status { ok, failed, not_applicable, missing };

const char* to_string(Status status);

// counts[group][level], as stored: group is forget, retain, all or forgotten_coarse; level is fine
// or coarse.
using Counts = std::map<std::string, std::map<std::string, Count>>;
using CountsByEvaluation = std::map<std::string, Counts>;

// {0, 0} if the evaluation, the group or the level was not counted.
Count count_of(const CountsByEvaluation& counts, const std::string& evaluation,
               const std::string& group, const std::string& level);

GroupCounts group_counts(const CountsByEvaluation& counts, const std::string& evaluation);

// "counts" of a result file. Throws ConfigError("<file>: counts.…: reason"): a pair that is none,
// groups that do not add up to "all".
CountsByEvaluation read_counts(const JsonView& view);

struct StoredMetric {
  std::string name = {};
  std::optional<double> value = {};
  std::string reason = {};  // why there is no value
  std::string unit = "1";
  bool higher_is_better = true;
  std::string metric = {}, version = {};  // the plugin; empty if it is not said
};

struct TrajectoryPoint {
  double step = 0;
  std::optional<double> loss = {}, forget_accuracy = {};
};

// What an evaluation in less than float32 changed: of n pictures, the fine predictions that differ.
struct StoredFlips {
  std::string precision = {};
  std::int64_t n = 0, fine = 0;
};

// One result. A missing one has status `missing` and nothing else but its key.
struct Result {
  std::string key = {};
  Status status = Status::missing;
  std::string failure = {}, reason = {};
  nlohmann::json model = {}, request = {}, method = {},
                 training = {};                   // of "cell"; null where absent
  std::vector<std::string> evaluations = {};      // ids of "cell".evaluations, in its order
  std::map<std::string, std::string> roles = {};  // of these
  CountsByEvaluation counts = {};
  std::vector<StoredMetric> metrics = {};
  std::vector<std::string> replaced_metrics = {};  // ids whose plugin was not the shipped one
  std::vector<TrajectoryPoint> trajectory = {};
  std::optional<std::int64_t> kept_epoch = {};
  // By concept, where the forgetting set had fewer than the request asked for.
  std::map<std::string, std::int64_t> fewer_samples = {};
  std::map<std::string, StoredFlips> flips = {};  // by evaluation id; none for those in float32
  std::string predictions_sha256 = {};  // of predictions/<key>.safetensors; empty if it names none
  // Why nothing says whether the counts are those of the predictions; empty if they are.
  std::string unchecked = {};

  bool trained() const { return kept_epoch.has_value() || !trajectory.empty(); }
};

// Whether `text` can be a key: keys become file names and links.
bool is_key(const std::string& text);
inline constexpr auto kNoKey = "is no key (letters, digits, '-' and '_')";

// Throws ConfigError("<file>: <place>: reason"): another version, a type that is wrong anywhere, a
// "cell" whose hash is not `key`, counts that do not add up.
Result read_result(const nlohmann::json& content, const std::string& file, const std::string& key);

}  // namespace lacuna
