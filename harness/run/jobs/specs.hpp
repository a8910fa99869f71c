// What the jobs of a suite are: set -> unlearn -> predict -> score. A job's key is the hash of its
// spec's identity, which holds the keys of the jobs that it reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"
#include "run/jobs/spec_fields.hpp"

namespace lacuna {

enum class Step { set, unlearn, predict, score };

const char* to_string(Step step);

// A method or a metric.
struct PluginSpec {
  using is_spec = void;
  std::string id = {}, version = {};
  nlohmann::json params = nlohmann::json::object();  // resolved
  std::string binary = {};                           // SHA-256 of its file
  // Hashes of the files and folders that parameters name, by parameter.
  std::map<std::string, std::string> contents = {};
  bool replaced = false;  // it stands in for the shipped plugin of this id
  std::filesystem::path library = {};
  nlohmann::json places = {};  // of a door: where what it names is on this machine

  static void fields(auto& self, auto&& field) {
    field("id", self.id);
    field.optional("version", self.version);
    field("params", self.params);
    field.optional("binary", self.binary);
    field.optional("contents", self.contents);
    field.optional("replaced", self.replaced);
    field.place("library", self.library);
    field.place("places", self.places);
  }
};

struct DatasetSpec {
  using is_spec = void;
  std::string id = {}, version = {};
  nlohmann::json params = nlohmann::json::object();
  // Hashes; null where the data is not there.
  nlohmann::json manifest = {}, prompts = {};
  std::string pictures = {};  // how files become bytes; empty where there are none
  nlohmann::json parts = {};  // how its splits are divided (data/parts.hpp); null: not at all
  std::filesystem::path library = {};

  static void fields(auto& self, auto&& field) {
    field("id", self.id);
    field("version", self.version);
    field("params", self.params);
    field("manifest", self.manifest);
    field("prompts", self.prompts);
    field.optional("pictures", self.pictures);
    field.optional("parts", self.parts);
    field.place("library", self.library);
  }
};

struct ModelSpec {
  using is_spec = void;
  std::string name = {};
  nlohmann::json hash = {};  // null where the model is not there
  std::filesystem::path folder = {}, vocabulary = {};

  static void fields(auto& self, auto&& field) {
    field("name", self.name);
    field("hash", self.hash);
    field.place("folder", self.folder);
    field.place("vocabulary", self.vocabulary);
  }
};

// Samples of retained concepts that a request grants to methods; 0 a concept: none.
struct RetainGrant {
  using is_spec = void;
  std::string split = {};
  std::int64_t samples_per_concept = 0;

  explicit operator bool() const { return samples_per_concept > 0; }
  bool operator==(const RetainGrant&) const = default;
  static void fields(auto& self, auto&& field) {
    field("split", self.split);
    field("samples_per_concept", self.samples_per_concept);
  }
};

// What is to be forgotten, and what a method gets for it.
struct RequestIdentity {
  using is_spec = void;
  std::string id = {};
  DatasetSpec dataset = {};
  std::vector<std::string> concepts = {};       // fine names
  std::vector<std::string> forget_coarse = {};  // coarse names to be forgotten as well
  std::string level = {};
  std::string exemplars = {};  // "text", or empty for pictures
  std::string split = {};      // of pictures
  std::int64_t samples_per_concept = 0;
  RetainGrant retain = {};

  static void fields(auto& self, auto&& field) {
    field("id", self.id);
    field("dataset", self.dataset);
    field("concepts", self.concepts);
    field.optional("forget_coarse", self.forget_coarse);
    field("level", self.level);
    field.optional("exemplars", self.exemplars);
    field.optional("split", self.split);
    field.optional("samples_per_concept", self.samples_per_concept);
    field.optional("retain", self.retain);
  }
};

// The samples that a method gets: those of a request, drawn by a seed, at a model's picture size.
struct SetSpec {
  using is_spec = void;
  std::string format = {};  // of the file (train/samples_file.hpp)
  RequestIdentity request = {};
  std::int64_t seed = 0, image_size = 0;
  std::vector<std::filesystem::path> data = {};  // where data is looked for

  static void fields(auto& self, auto&& field) {
    field("format", self.format);
    field("request", self.request);
    field("seed", self.seed);
    field("image_size", self.image_size);
    field.place("data", self.data);
  }
};

// One unlearned model; or one attacked, where `input` names the job whose weights it begins with.
struct UnlearnSpec {
  using is_spec = void;
  std::string harness = {};  // its version
  ModelSpec model = {};
  std::string input = {};  // key of an unlearn job; empty: the model itself
  RequestIdentity request = {};
  PluginSpec method = {};
  nlohmann::json kl = {}, training = {};
  std::int64_t seed = 0;
  std::string set = {};  // key of its set: follows from the rest, so it is no part of the identity

  static void fields(auto& self, auto&& field) {
    field("harness", self.harness);
    field("model", self.model);
    field.optional("input", self.input);
    field("request", self.request);
    field("method", self.method);
    field("kl", self.kl);
    field("training", self.training);
    field("seed", self.seed);
    field.place("set", self.set);
  }
};

// What one model makes of one evaluation. What of it counts as forgotten is the score's business.
struct PredictSpec {
  using is_spec = void;
  std::string harness = {};
  std::string format = {};  // of the file (run/results/outcome_file.hpp)
  ModelSpec model = {};
  std::string unlearn = {};  // key of the job that made the weights; empty: the model's own
  DatasetSpec dataset = {};
  std::string split = {};
  std::string precision = "float32";
  std::vector<std::filesystem::path> data = {};

  static void fields(auto& self, auto&& field) {
    field("harness", self.harness);
    field("format", self.format);
    field("model", self.model);
    field.optional("unlearn", self.unlearn);
    field("dataset", self.dataset);
    field("split", self.split);
    field("precision", self.precision);
    field.place("data", self.data);
  }
};

// One evaluation as a metric gets it.
struct ScoredEvaluation {
  using is_spec = void;
  std::string id = {};
  Role role = Role::in_domain;
  std::vector<std::int64_t> forget = {}, forget_coarse = {};  // labels of its data set
  std::string before = {}, after = {};                        // keys of predict jobs

  static void fields(auto& self, auto&& field) {
    field("id", self.id);
    field("role", self.role);
    field("forget", self.forget);
    field.optional("forget_coarse", self.forget_coarse);
    field("before", self.before);
    field("after", self.after);
  }
};

// One metric of one cell.
struct ScoreSpec {
  using is_spec = void;
  PluginSpec metric = {};
  std::vector<ScoredEvaluation> evaluations = {};  // of the roles that the metric reads

  static void fields(auto& self, auto&& field) {
    field("metric", self.metric);
    field("evaluations", self.evaluations);
  }
};

// The first 20 hex digits of SHA-256 over the canonical text of {"step", "spec": identity}: keys
// sorted, no white space, doubles in their shortest round-trip form.
template <class T>
std::string job_key(const T& spec);
// The same of an identity that was read from a file.
std::string job_key(const char* step, const nlohmann::json& identity);
// The hash of whatever else has a key.
std::string key_of(const nlohmann::json& identity);

}  // namespace lacuna
