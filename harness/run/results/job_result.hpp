// What came of one job: the files <step>/<key>.json of a results folder, written once and never
// changed (docs/results.md). A set has none: what went wrong with it is its unlearn job's failure.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "run/jobs/graph.hpp"
#include "run/results/cell_result.hpp"

namespace lacuna {

// Of one evaluation in less than float32; n = 0: none.
struct FlipCounts {
  std::string precision = {};
  std::int64_t n = 0, fine = 0;
  std::optional<std::int64_t> coarse = {};
};

struct JobResult {
  Step step = Step::unlearn;
  std::string key = {};
  nlohmann::json spec = {};  // its identity: the key is the hash of it
  Status status = Status::missing;
  std::string failure = {}, reason = {};  // of one that is not ok

  nlohmann::json trajectory = {};        // unlearn; of a failed one, as far as it came. May be null
  std::string weights_sha256 = {};       // unlearn
  std::string outcome_sha256 = {};       // predict: of predict/<key>.safetensors
  FlipCounts flips = {};                 // predict
  std::string incomplete = {};           // predict: "298 of 3,669 pictures", as in the plan
  std::vector<StoredValue> values = {};  // score, without contributions
  std::map<std::string, std::string> outcomes = {};  // score: SHA-256 of what it read, by key
  std::string per_sample_sha256 = {};                // score: of score/<key>.safetensors, if any
};

// Of plans and of job results, which a folder has together.
inline constexpr int kResultsVersion = 2;
// Throws ConfigError naming the place where a document is of another one.
void check_results_version(const JsonView& document);

// Without white space at the ends; a score's has "digest", the hash of all else in it, so that no
// value can be changed by hand unnoticed.
nlohmann::json to_json(const JobResult& result);

// Throws ConfigError("<file>: <place>: reason"): another version, a type that is wrong anywhere, a
// spec whose hash is not `key`, a digest that is not that of the values.
JobResult read_job_result(const nlohmann::json& content, const std::string& file, Step step,
                          const std::string& key);

}  // namespace lacuna
