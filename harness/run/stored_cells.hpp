// Whether a stored result can be believed: the one answer that `run`, `plan`, `status` and `report`
// share.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "run/result.hpp"
#include "run/store.hpp"

namespace lacuna {

struct StoredCell {
  enum class State {
    absent,     // no file
    sound,      // everything agrees
    unbacked,   // agrees, but its predictions are not there, so that nothing backs its counts
    misscored,  // agrees, but for metrics that its counts contradict
    damaged,    // unreadable, or it contradicts itself, its predictions or the original model
  };
  State state = State::absent;
  Result result = {};           // of a cell that is not there or damaged: the key
  nlohmann::json content = {};  // the file; null where it is not there or damaged
  std::string reason = {};      // what is wrong, one line naming the files; empty if nothing is
  std::set<std::string> false_metrics = {};  // ids of the plugins whose values are contradicted

  bool usable() const { return state != State::absent && state != State::damaged; }
};

// Reads cells of one folder. Remembers the counts of originals, so one object serves as long as
// these do not change. [one thread]
class StoredCells {
 public:
  explicit StoredCells(Store store) : store_(std::move(store)) {}

  // `original`: the key of the original model's cell, empty if `key` is one. Reads the predictions
  // as well and counts them anew. Throws nothing that a file could be the cause of.
  StoredCell read(const std::string& key, const std::string& original);

 private:
  const CountsByEvaluation* counts_of_original(const std::string& key);  // null: unusable
  void check_against_original(StoredCell& cell, const std::string& original);

  Store store_;
  std::map<std::string, std::optional<CountsByEvaluation>> originals_;
};

}  // namespace lacuna
