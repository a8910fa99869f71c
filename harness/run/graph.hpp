// What a suite asks for: its jobs, and the cells that they make up.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "run/board_spec.hpp"
#include "run/specs.hpp"

namespace lacuna {

struct Job {
  std::string key = {};
  std::variant<SetSpec, UnlearnSpec, PredictSpec, ScoreSpec> spec = {};
  std::vector<std::string> needs = {};  // keys of the jobs whose files it reads

  Step step() const { return static_cast<Step>(spec.index()); }
};

// A row of a board for one seed: an unlearned model, an original one, or an attacked one.
struct PlannedCell {
  std::string key = {};       // of its unlearn job; of an original, the hash of what it is
  std::string original = {};  // key of the original model's cell; empty if this is one
  std::string model = {}, request = {}, method = {}, label = {};  // for people
  std::int64_t seed = 0;                                          // 0 for an original
  std::string attack = {}, attacked = {};  // an attack's label, and the key of the attacked cell
  // Known before anything runs: "failed" (failure "data") or "not_applicable", with the reason; its
  // unlearn job has no others that need it. Empty: to be run.
  std::string status = {}, reason = {};
  std::map<std::string, std::string> predict = {};  // by evaluation id: keys
  std::map<std::string, std::string> score = {};    // by metric id: keys
  nlohmann::json matching = {};  // which classes an out-of-domain evaluation counts as forgotten

  bool is_original() const { return original.empty(); }
};

struct PlannedEvaluation {
  std::string id = {};
  Role role = Role::in_domain;
  std::string title = {};
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
  std::string name = {}, title = {}, sha256 = {};  // of the suite
  std::vector<PlannedCell> cells = {};             // originals first; keys may repeat
  std::map<std::string, Job> jobs = {};            // by key
  std::vector<PlannedEvaluation> evaluations = {};
  std::vector<PluginSpec> metrics = {};  // in the suite's order
  BoardSpec board = {};
  std::vector<std::string> warnings = {};
  std::vector<MissingInput> missing = {};  // each once
  // Published tables to stand beside the results, with what they call our requests and labels:
  // [{"file", "sha256", "requests": {ours: theirs}, "labels": {ours: theirs}, "content"}…].
  nlohmann::json published = nlohmann::json::array();
};

}  // namespace lacuna
