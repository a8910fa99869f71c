// A suite file: which models, requests, methods, seeds, evaluations and metrics a benchmark is made
// of (docs/suites.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/metric.hpp"

namespace lacuna {

// A plugin and its parameters as the suite writes them; the plan resolves them.
struct PluginUse {
  std::string id;
  nlohmann::json params = nlohmann::json::object();
};

struct RequestSpec {
  std::string id = {};
  PluginUse dataset = {};
  std::string split = "train";
  std::string forget_split = {};  // a forget split of the dataset; empty: `concepts` holds the list
  std::vector<std::string> concepts = {};
  std::string level = "fine";
  std::int64_t samples_per_concept = 50;
};

struct MethodSpec {
  std::string id = {}, label = {}, preset = {};
  nlohmann::json params = nlohmann::json::object();
  nlohmann::json kl = nlohmann::json::object();        // over KlConfig's defaults
  nlohmann::json training = nlohmann::json::object();  // over the suite's
  // "beta", "kl.fine" or "training.learning_rate" -> values; the method runs once per combination.
  std::vector<std::pair<std::string, std::vector<nlohmann::json>>> grid = {};
};

struct EvaluationSpec {
  std::string id = {}, title = {};
  Role role = Role::in_domain;
  PluginUse dataset = {};
  std::string split = "test";
};

struct Suite {
  std::filesystem::path path;
  std::string sha256;  // of the file's bytes
  std::string name, title;
  std::vector<std::filesystem::path> models;  // folders, or files of weights
  std::vector<RequestSpec> requests;
  nlohmann::json training = nlohmann::json::object();
  std::vector<MethodSpec> methods;
  std::vector<std::int64_t> seeds;
  std::vector<EvaluationSpec> evaluations;
  std::vector<PluginUse> metrics;
};

// Reads and checks everything that can be checked without plugins. Throws ConfigError("<path>:
// <place>: reason"), the place as in "methods[2].kl.coarse"; an unknown key gets "did you mean".
Suite read_suite(const std::filesystem::path& path);

// Runs `body`; a ConfigError that it throws comes out with "<suite's path>: <place>: " in front.
template <class F>
auto at_place(const Suite& suite, const std::string& place, F&& body) -> decltype(body()) {
  try {
    return body();
  } catch (const ConfigError& error) {
    throw ConfigError(suite.path.string() + ": " + place + ": " + error.what());
  }
}

}  // namespace lacuna
