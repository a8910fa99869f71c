// What a suite asks for: its cells, each with its key, how to run it, and whether it can be run at
// all.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "plugin/registry.hpp"
#include "run/suite.hpp"

namespace lacuna {

struct PlannedCell {
  std::string key = {};
  std::string original = {};  // key of the original model's cell; empty if this is one
  std::string model = {}, request = {}, method = {}, label = {};  // for people
  std::int64_t seed = 0;                                          // 0 for an original
  nlohmann::json cell = {};                                       // what the key is the hash of
  // Known before anything runs: "failed" (failure "data") or "not_applicable", with the reason.
  // Empty: to be run.
  std::string status = {}, reason = {};
  std::string set = {};  // names an entry of Plan::sets; empty for an original
  nlohmann::json unlearn = {}, evaluate = {};  // jobs of the workers; null where status is set
  nlohmann::json matching = {};  // which classes an out-of-domain evaluation counts as forgotten

  bool is_original() const { return original.empty(); }
};

struct PlannedEvaluation {
  std::string id, role, title;
  std::string incomplete = {};  // "298 of 3,669 pictures, 3 of 37 classes"; empty if it is whole
};

// What the suite needs and this machine has not.
struct MissingInput {
  std::string kind = {};    // "model" or "dataset"
  std::string name = {};    // as the suite says, a dataset by its plugin's id
  std::string reason = {};  // what was looked for, and where

  bool operator==(const MissingInput&) const = default;
};

struct Plan {
  std::string name, title, sha256;             // of the suite
  std::vector<PlannedCell> cells;              // originals first; keys may repeat
  std::map<std::string, nlohmann::json> sets;  // forgetting sets by name: the jobs that build them
  std::vector<PlannedEvaluation> evaluations;
  nlohmann::json metrics;  // [{"id", "version", "params", "binary", "library"}…]
  // Plugin files that could not be used, data that is incomplete, concepts with too few pictures.
  std::vector<std::string> warnings;
  std::vector<MissingInput> missing;  // each once
  // Published tables to stand beside the results, with what they call our requests and labels:
  // [{"file", "sha256", "requests": {ours: theirs}, "labels": {ours: theirs}, "content"}…].
  nlohmann::json published = nlohmann::json::array();

  // Those of `metrics` that decide whether stored values are still right: all but where the file
  // is.
  nlohmann::json metric_plugins() const;
};

// Constructs every dataset and hashes every input. Throws ConfigError("<suite>: <place>: reason")
// for a user's mistake; data that is missing makes cells fail instead.
Plan make_plan(const Suite& suite, const Registry& registry, const DataRoots& roots);

// Between processes: plan_from(to_json(plan)) == plan.
nlohmann::json to_json(const Plan& plan);
Plan plan_from(const nlohmann::json& json);

// Reads the suite's published tables and maps every request and label of the plan to theirs: what
// Plan::published holds. Throws ConfigError("<suite>: published[i]: reason").
nlohmann::json published_tables(const Suite& suite, const std::vector<std::string>& labels);

// What is stored as plans/<suite>.json (docs/results.md): no paths, nothing of this machine.
nlohmann::json published(const Plan& plan);

}  // namespace lacuna
