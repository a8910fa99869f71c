#include "run/suite/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "run/jobs/json_words.hpp"
#include "run/suite/suite_parts.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

template <class T>
bool holds(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

template <class T>
std::vector<std::string> ids_of(const std::vector<T>& items) {
  std::vector<std::string> out;
  for (const auto& item : items) out.push_back(item.id);
  return out;
}

void refuse_twice(const JsonView& list, const std::vector<std::string>& words, const char* what) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!seen.insert(words[i]).second)
      list.items()[i].fail(
          fmt::format("{} '{}' is already in use ({}s are unique)", what, words[i], what));
  }
}

// What requests and methods say of each other and of evaluations, which are all read by now.
void check_references(const Suite& suite, const JsonView& root) {
  const auto requests = root.at("requests").items(), methods = root.at("methods").items();
  for (const auto& view : requests) {
    if (view.has("evaluations"))
      refuse_unknown(view.at("evaluations"), ids_of(suite.evaluations), "evaluation");
  }
  for (const auto& view : methods) {
    if (view.has("requests"))
      refuse_unknown(view.at("requests"), ids_of(suite.requests), "request");
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& request = suite.requests[i];
    if (std::none_of(suite.methods.begin(), suite.methods.end(),
                     [&](const auto& method) { return method.runs_on(request); }))
      requests[i].fail(
          fmt::format("no method runs on '{}' (name it in a method's 'requests')", request.id));
  }
}

// Every label that an attack may name, and the rows that it stands for.
std::map<std::string, std::set<std::string>> rows_by_label(const Suite& suite) {
  std::map<std::string, std::set<std::string>> out;
  for (const auto& method : suite.methods) {
    for (const auto& row : row_labels(method)) {
      out[method.label].insert(row);
      out[row].insert(row);
    }
  }
  return out;
}

void read_attacks(const JsonView& list, Suite& suite) {
  const auto rows = rows_by_label(suite);
  std::vector<std::string> known, labels;
  for (const auto& [label, which] : rows) known.push_back(label);
  for (const auto& view : list.some()) {
    auto& attack = suite.attacks.emplace_back(read_attack(view));
    labels.push_back(attack.label);
    if (view.has("requests"))
      refuse_unknown(view.at("requests"), ids_of(suite.requests), "request");
    if (attack.methods.empty()) continue;
    refuse_unknown(view.at("methods"), known, "method's label");
    std::set<std::string> named;
    for (const auto& label : attack.methods)
      named.insert(rows.at(label).begin(), rows.at(label).end());
    attack.methods.assign(named.begin(), named.end());
  }
  refuse_twice(list, labels, "label");
}

std::vector<std::string> read_models(const JsonView& view) {
  std::vector<std::string> out;
  for (const auto& one : view.raw().is_string() ? std::vector{view} : view.some())
    out.push_back(one.text());
  return out;
}

// A data set is divided in one way wherever the suite uses it.
void read_all_parts(const JsonView& view, Suite& suite) {
  for (const auto& [id, place] : view.members()) {
    const auto parts = read_parts(place);
    bool used = false;
    const auto give = [&, &id = id](PluginUse& use) {
      if (use.id != id) return;
      use.parts = parts;
      used = true;
    };
    for (auto& request : suite.requests) give(request.dataset);
    for (auto& evaluation : suite.evaluations) give(evaluation.dataset);
    if (!used) place.fail("the suite uses no such data set");
  }
}

Suite parse_suite(const JsonView& root, const std::filesystem::path& folder) {
  root.only({"schema_version", "name", "title", "model", "parts", "requests", "training", "methods",
             "seeds", "attacks", "evaluations", "metrics", "published", "board"});
  const auto version = root.at("schema_version");
  if (version.integer() != 1)
    version.fail(fmt::format("{} is not known (1 is)", version.integer()));
  Suite suite;
  suite.name = read_id(root, "name");
  suite.title = suite.name;
  root.optional("title", suite.title);
  suite.models = read_models(root.at("model"));
  suite.training = read_object(root, "training");
  for (const auto& view : root.at("requests").some()) suite.requests.push_back(read_request(view));
  for (const auto& view : root.at("methods").some())
    suite.methods.push_back(read_method(view, folder));
  for (const auto& view : root.at("evaluations").some())
    suite.evaluations.push_back(read_evaluation(view));
  for (const auto& view : root.at("metrics").some()) suite.metrics.push_back(read_plugin_use(view));
  for (const auto& view : root.at("seeds").some())
    suite.seeds.push_back(view.read<std::int64_t>({.min = 0}));
  if (root.has("parts")) read_all_parts(root.at("parts"), suite);
  refuse_twice(root.at("requests"), ids_of(suite.requests), "id");
  refuse_twice(root.at("evaluations"), ids_of(suite.evaluations), "id");
  refuse_twice(root.at("metrics"), ids_of(suite.metrics), "id");
  if (root.has("published")) {
    for (const auto& view : root.at("published").some())
      suite.published.push_back(read_published_use(view, folder));
  }
  if (std::set(suite.seeds.begin(), suite.seeds.end()).size() != suite.seeds.size())
    root.at("seeds").fail("a seed stands there twice (each runs once)");
  check_references(suite, root);
  if (root.has("attacks")) read_attacks(root.at("attacks"), suite);
  if (root.has("board")) suite.board = read_board_spec(root.at("board"));
  return suite;
}

}  // namespace

PluginUse read_plugin_use(const JsonView& view) {
  if (view.raw().is_string()) return {view.text(), nlohmann::json::object()};
  view.only({"id", "params"});
  return {read_id(view), read_object(view, "params")};
}

bool RequestSpec::evaluated_on(const std::string& evaluation) const {
  return evaluations.empty() || holds(evaluations, evaluation);
}

bool MethodSpec::runs_on(const RequestSpec& request) const {
  return requests.empty() || holds(requests, request.id);
}

bool AttackSpec::runs_on(const std::string& row, const RequestSpec& request) const {
  return (methods.empty() || holds(methods, row)) &&
         (requests.empty() || holds(requests, request.id));
}

void set_seeds(Suite& suite, std::vector<std::int64_t> seeds) {
  for (const auto seed : seeds) {
    if (seed < 0) throw ConfigError(fmt::format("seeds: {} is too small (at least 0)", seed));
  }
  if (std::set(seeds.begin(), seeds.end()).size() != seeds.size())
    throw ConfigError("seeds: a seed stands there twice (each runs once)");
  suite.seeds = std::move(seeds);
}

Suite read_suite(const std::filesystem::path& path) {
  const auto document = read_json(path, "a suite");
  auto suite = parse_suite(JsonView(document, path.string()), path.parent_path());
  suite.path = path;
  suite.sha256 = sha256_file(path);
  return suite;
}

}  // namespace lacuna
