// What workers are told: the job file of `lacuna worker STEP --job FILE` for each step of a graph.
// A worker does the jobs of its order one after the other, in one process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/jobs/specs.hpp"

namespace lacuna {

// What every worker is told, whatever its step.
struct WorkerHead {
  using is_spec = void;
  std::string device = "cpu";
  std::int64_t threads = 1;
  std::filesystem::path progress = {};  // where messages of how far it is go; empty: nowhere
  nlohmann::json run = {};              // with which run it ends (run_identity.hpp)

  static void fields(auto& self, auto&& field) {
    field.optional("device", self.device);
    field.optional("threads", self.threads);
    field.optional("progress", self.progress);
    field.optional("run", self.run);
  }
};

// `result`: where it says what came of the job (run/steps/step_result.hpp). All other paths are of
// files that it reads, but for those that a comment calls made.
struct SetOrder {
  using is_spec = void;
  using Spec = SetSpec;
  std::string key = {};
  SetSpec spec = {};
  std::filesystem::path result = {};
  std::filesystem::path set = {};  // made

  static void fields(auto& self, auto&& field) {
    field("key", self.key);
    field("spec", self.spec);
    field("result", self.result);
    field("set", self.set);
  }
};

struct UnlearnOrder {
  using is_spec = void;
  using Spec = UnlearnSpec;
  std::string key = {};
  UnlearnSpec spec = {};
  std::filesystem::path result = {}, set = {};
  std::filesystem::path input = {};    // weights that an attack begins with; empty: the model's own
  std::filesystem::path weights = {};  // made
  std::filesystem::path work = {};     // a folder that a door may fill

  static void fields(auto& self, auto&& field) {
    field("key", self.key);
    field("spec", self.spec);
    field("result", self.result);
    field("set", self.set);
    field.optional("input", self.input);
    field("weights", self.weights);
    field("work", self.work);
  }
};

// All of one order are of one model.
struct PredictOrder {
  using is_spec = void;
  using Spec = PredictSpec;
  std::string key = {};
  PredictSpec spec = {};
  std::filesystem::path result = {};
  std::filesystem::path weights = {};  // empty: the model's own
  std::filesystem::path outcome = {};  // made

  static void fields(auto& self, auto&& field) {
    field("key", self.key);
    field("spec", self.spec);
    field("result", self.result);
    field.optional("weights", self.weights);
    field("outcome", self.outcome);
  }
};

struct ScoreOrder {
  using is_spec = void;
  using Spec = ScoreSpec;
  std::string key = {};
  ScoreSpec spec = {};
  std::filesystem::path result = {};
  std::filesystem::path outcomes = {};    // the folder of outcomes, each <key>.safetensors
  std::filesystem::path per_sample = {};  // made, if any value has contributions

  static void fields(auto& self, auto&& field) {
    field("key", self.key);
    field("spec", self.spec);
    field("result", self.result);
    field("outcomes", self.outcomes);
    field("per_sample", self.per_sample);
  }
};

template <class Order>
struct Orders {
  using is_spec = void;
  std::vector<Order> jobs = {};

  static void fields(auto& self, auto&& field) { field("jobs", self.jobs); }
};

}  // namespace lacuna
