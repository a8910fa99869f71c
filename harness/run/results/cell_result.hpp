// What the jobs of one cell left, as numbers and words, every field of their files checked.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"

namespace lacuna {

enum class Status { ok, failed, not_applicable, missing };

const char* to_string(Status status);

// A metric's value as it is stored. Its contributions are in Value::per_sample.
struct StoredValue : Value {
  std::string metric = {}, version = {};  // the plugin
  bool shipped = true;                    // false: another plugin under a shipped one's id
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

// One cell: an unlearned model (or an original, or an attacked one), its evaluations, its metrics.
// A missing one has status `missing` and nothing else but its key.
struct CellResult {
  std::string key = {};  // of its unlearn job
  // ok: unlearned and evaluated. A metric that failed is a value with that reason.
  Status status = Status::missing;
  std::string failure = {}, reason = {};
  nlohmann::json model = {}, request = {}, method = {}, training = {};  // null where absent
  std::vector<std::string> evaluations = {};                            // ids, in the suite's order
  std::map<std::string, Role> roles = {};                               // of these
  std::vector<StoredValue> values = {};  // in the order of the suite's metrics
  std::vector<TrajectoryPoint> trajectory = {};
  std::optional<std::int64_t> kept_epoch = {};
  // By concept, where the forgetting set had fewer than the request asked for.
  std::map<std::string, std::int64_t> fewer_samples = {};
  std::map<std::string, StoredFlips> flips = {};  // by evaluation id; none for those in float32
  // By evaluation id: {"matched": […], "unmatched": […]} of out-of-domain ones.
  nlohmann::json matching = {};
  std::map<std::string, std::string> predictions = {};  // by evaluation id: file, below the folder
  // Why nothing says whether the accuracies are those of the predictions; empty if they are.
  std::string unchecked = {};

  bool trained() const { return kept_epoch.has_value() || !trajectory.empty(); }
};

}  // namespace lacuna
