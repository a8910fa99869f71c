// What a suite asks for: its jobs, and the cells that they make up.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "run/jobs/board_spec.hpp"
#include "run/jobs/credit.hpp"
#include "run/jobs/specs.hpp"

namespace lacuna {

struct Job {
  std::string key = {};
  std::variant<SetSpec, UnlearnSpec, PredictSpec, ScoreSpec> spec = {};
  std::vector<std::string> needs = {};  // keys of the jobs whose files it reads

  Step step() const { return static_cast<Step>(spec.index()); }
  nlohmann::json spec_json(Fields which) const {
    return std::visit([&](const auto& one) { return to_json(one, which); }, spec);
  }
};

// A row of a board for one seed: an unlearned model, an original one, or an attacked one.
struct PlannedCell {
  using is_spec = void;
  std::string key = {};       // of its unlearn job; of an original, the hash of what it is
  std::string original = {};  // key of the original model's cell; empty if this is one
  std::string model = {}, request = {}, method = {}, label = {};  // for people
  std::int64_t seed = 0;                                          // 0 for an original
  std::string attack = {}, attacked = {};  // an attack's label, and the key of the attacked cell
  // Known before anything runs: "failed" (failure "data") or "not_applicable", with the reason. No
  // job needs its unlearn job then; that one is in the plan if its own spec is to blame, so that
  // the reason is stored under its key. Empty: to be run.
  std::string status = {}, reason = {};
  std::map<std::string, std::string> predict = {};  // by evaluation id: keys
  std::map<std::string, std::string> score = {};    // by metric id: keys
  // Of an original: the evaluations that its request has, where these are not all of the suite's;
  // and by evaluation out of domain {"matched": […], "unmatched": […]}, the classes that count as
  // forgotten there. Both are those of every cell of its model and request.
  std::vector<std::string> evaluations = {};
  nlohmann::json matching = {};

  bool is_original() const { return original.empty(); }
  static void fields(auto& self, auto&& field) {
    field("key", self.key);
    field.optional("original", self.original);
    field("model", self.model);
    field("request", self.request);
    field.optional("method", self.method);
    field.optional("label", self.label);
    field.optional("seed", self.seed);
    field.optional("attack", self.attack);
    field.optional("attacked", self.attacked);
    field.optional("status", self.status);
    field.optional("reason", self.reason);
    field("predict", self.predict);
    field("score", self.score);
    field.optional("evaluations", self.evaluations);
    field.optional("matching", self.matching);
  }
};

struct PlannedEvaluation {
  using is_spec = void;
  std::string id = {};
  Role role = Role::in_domain;
  std::string title = {};
  std::string incomplete = {};  // "298 of 3,669 pictures, 3 of 37 classes"; empty if it is whole

  static void fields(auto& self, auto&& field) {
    field("id", self.id);
    field("role", self.role);
    field("title", self.title);
    field.optional("incomplete", self.incomplete);
  }
};

// What the suite needs and this machine has not.
struct MissingInput {
  using is_spec = void;
  std::string kind = {};    // "model" or "dataset"
  std::string name = {};    // as the suite says, a dataset by its plugin's id
  std::string reason = {};  // what was looked for, and where

  bool operator==(const MissingInput&) const = default;
  static void fields(auto& self, auto&& field) {
    field("kind", self.kind);
    field("name", self.name);
    field("reason", self.reason);
  }
};

struct Plan {
  std::string name = {}, title = {}, sha256 = {};  // of the suite
  std::vector<PlannedCell> cells = {};             // originals first; keys may repeat
  std::map<std::string, Job> jobs = {};            // by key
  std::vector<PlannedEvaluation> evaluations = {};
  std::vector<PluginSpec> metrics = {};  // in the suite's order
  std::vector<Credit> credits = {};      // of every method, dataset and metric, each once
  BoardSpec board = {};
  std::vector<std::string> warnings = {};
  std::vector<MissingInput> missing = {};  // each once
  // Published tables to stand beside the results, with what they call our requests and labels:
  // [{"file", "sha256", "requests": {ours: theirs}, "labels": {ours: theirs}, "content"}…].
  nlohmann::json published = nlohmann::json::array();
};

// The original model's cell of a cell's model and request; itself for an original. Null where the
// plan has none.
const PlannedCell* original_of(const Plan& plan, const PlannedCell& cell);

}  // namespace lacuna
