// A suite file: which models, requests, methods, seeds, evaluations and metrics a benchmark is made
// of (docs/suites.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "data/parts.hpp"
#include "lacuna/error.hpp"
#include "lacuna/metric.hpp"
#include "run/jobs/board_spec.hpp"
#include "run/jobs/specs.hpp"

namespace lacuna {

// A plugin and its parameters as the suite writes them; the plan resolves them.
struct PluginUse {
  std::string id;
  nlohmann::json params = nlohmann::json::object();
  Parts parts = {};  // of a data set: the suite's for it
};

struct RequestSpec {
  std::string id = {};
  PluginUse dataset = {};
  std::string split = "train";
  std::string forget_split = {};  // a forget split of the dataset; empty: `concepts` holds the list
  std::vector<std::string> concepts = {};
  std::string level = "fine";          // fine | coarse | hybrid
  std::string exemplars = "pictures";  // pictures | text: no pictures, the next two do not count
  std::int64_t samples_per_concept = 50;
  RetainGrant retain = {};
  nlohmann::json training = nlohmann::json::object();  // over the suite's and the preset's
  std::vector<std::string> evaluations = {};           // ids, in the suite's order; empty: all

  bool evaluated_on(const std::string& evaluation) const;
};

struct MethodSpec {
  std::string id = {}, label = {};
  std::vector<std::string> presets = {};  // names or whole paths; later ones over earlier ones
  nlohmann::json params = nlohmann::json::object();
  nlohmann::json kl = nlohmann::json::object();        // over KlConfig's defaults
  nlohmann::json training = nlohmann::json::object();  // over the suite's
  // "beta", "kl.fine" or "training.learning_rate" -> values; the method runs once per combination.
  std::vector<std::pair<std::string, std::vector<nlohmann::json>>> grid = {};
  std::vector<std::string> requests = {};  // ids of those it runs on; empty: all

  bool runs_on(const RequestSpec& request) const;
};

// What tables call its rows: the label, and with a grid the values behind it ("nhl margin=1"), in
// the order of the grid's points.
std::vector<std::string> row_labels(const MethodSpec& method);

// A method that begins with an unlearned model in place of the original: what is left after it.
struct AttackSpec {
  std::string id = {}, label = {};
  nlohmann::json params = nlohmann::json::object();
  nlohmann::json training = nlohmann::json::object();  // over the request's
  // Pictures a forgotten concept that it gets, drawn anew; 0: as many as the request gives.
  std::int64_t samples_per_concept = 0;
  // Labels of the rows that it is run on; empty: all. A suite may say a method's label for all rows
  // of its grid.
  std::vector<std::string> methods = {};
  std::vector<std::string> requests = {};  // ids of those on which it is; empty: all

  bool runs_on(const std::string& label, const RequestSpec& request) const;
};

struct EvaluationSpec {
  std::string id = {}, title = {};
  Role role = Role::in_domain;
  PluginUse dataset = {};
  std::string split = "test";
  std::string precision = "float32";  // float32 | tf32 | bfloat16, of the towers
};

// A file of published rows (docs/published.md), and what its requests and labels are called here;
// what is not named keeps its name.
struct PublishedUse {
  std::filesystem::path file = {};
  std::map<std::string, std::string> requests = {};  // the suite's id -> the file's
  std::map<std::string, std::string> labels = {};    // the suite's label -> the file's
};

struct Suite {
  std::filesystem::path path;
  std::string sha256;  // of the file's bytes
  std::string name, title;
  std::vector<std::string> models;  // as written: paths relative to the suite, or names
  std::vector<RequestSpec> requests;
  nlohmann::json training = nlohmann::json::object();
  std::vector<MethodSpec> methods;
  std::vector<std::int64_t> seeds;
  std::vector<AttackSpec> attacks;
  std::vector<EvaluationSpec> evaluations;
  std::vector<PluginUse> metrics;
  std::vector<PublishedUse> published;
  BoardSpec board;
};

// Reads and checks everything that can be checked without plugins. Throws ConfigError("<path>:
// <place>: reason"), the place as in "methods[2].kl.coarse"; an unknown key gets "did you mean".
Suite read_suite(const std::filesystem::path& path);

// Replaces the suite's seeds: whole numbers from 0, each once. Throws ConfigError("seeds: reason").
void set_seeds(Suite& suite, std::vector<std::int64_t> seeds);

// The file of a suite given by its path, or by its name ("kt_table2"): <prefix>/share/lacuna/suites
// of the program that runs, which in a build folder is the source's suites/. Throws ConfigError
// that names the known ones.
std::filesystem::path find_suite(const std::string& given);

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
