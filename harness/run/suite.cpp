#include "run/suite.hpp"

#include <fmt/ranges.h>

#include <set>

#include "lacuna/params.hpp"
#include "support/compute_mode.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"
#include "train/presets.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// A value of the file and where it stands, so that every complaint can say so.
class Place {
 public:
  Place(const json& value, std::string path) : value_(value), path_(std::move(path)) {}

  const json& value() const { return value_; }
  bool has(const std::string& key) const { return value_.contains(key); }

  [[noreturn]] void fail(const std::string& reason) const {
    throw ConfigError(path_.empty() ? reason : path_ + ": " + reason);
  }

  void object(const std::set<std::string>& known, const std::set<std::string>& required) const {
    if (!value_.is_object()) fail(fmt::format("is {} (an object is needed)", value_.type_name()));
    for (const auto& [key, value] : value_.items()) {
      if (known.contains(key)) continue;
      auto right = did_you_mean(key, {known.begin(), known.end()});
      if (right.empty()) right = fmt::format(" (known: {})", fmt::join(known, ", "));
      fail(fmt::format("'{}': unknown key{}", key, right));
    }
    for (const auto& key : required) {
      if (!has(key)) fail(fmt::format("'{}' is missing", key));
    }
  }

  Place at(const std::string& key) const {
    return {value_.at(key), path_.empty() ? key : path_ + "." + key};
  }

  // The elements of a list that must not be empty.
  std::vector<Place> list() const {
    if (!value_.is_array()) fail(fmt::format("is {} (a list is needed)", value_.type_name()));
    if (value_.empty()) fail("is empty (at least one is needed)");
    std::vector<Place> out;
    for (std::size_t i = 0; i < value_.size(); ++i) {
      out.emplace_back(value_[i], fmt::format("{}[{}]", path_, i));
    }
    return out;
  }

  // A list of ids without repetition.
  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const auto& one : list()) {
      out.push_back(one.read<std::string>());
      if (std::count(out.begin(), out.end(), out.back()) > 1)
        one.fail(fmt::format("'{}' stands there twice", out.back()));
    }
    return out;
  }

  template <class T>
  T read(const Field& field = {}) const {
    T out{};
    read_field(path_, value_, field, out);
    return out;
  }
  template <class T>
  void optional(const std::string& key, T& out, const Field& field = {}) const {
    if (has(key)) out = at(key).read<T>(field);
  }
  json optional_object(const std::string& key) const {
    if (!has(key)) return json::object();
    if (!at(key).value().is_object()) {
      at(key).fail(fmt::format("is {} (an object is needed)", at(key).value().type_name()));
    }
    return value_.at(key);
  }

  // Ids become file and tensor names.
  std::string id(const std::string& key = "id") const {
    auto out = at(key).read<std::string>();
    const auto good = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
    };
    if (out.empty() || !std::all_of(out.begin(), out.end(), good)) {
      at(key).fail(fmt::format("'{}' cannot be an id (letters, digits, '_' and '-' only)", out));
    }
    return out;
  }

 private:
  const json& value_;
  std::string path_;
};

PluginUse plugin_use(const Place& place) {
  if (place.value().is_string()) return {place.value().get<std::string>(), json::object()};
  place.object({"id", "params"}, {"id"});
  return {place.id(), place.optional_object("params")};
}

template <class T>
void refuse_twice(const std::vector<T>& items, const std::vector<Place>& places) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!seen.insert(items[i].id).second) {
      places[i].fail(fmt::format("id '{}' is already in use (ids are unique)", items[i].id));
    }
  }
}

RequestSpec request(const Place& place) {
  place.object({"id", "dataset", "split", "forget", "level", "exemplars", "samples_per_concept",
                "retain", "training", "evaluations"},
               {"id", "dataset", "forget"});
  RequestSpec out{.id = place.id(), .dataset = plugin_use(place.at("dataset"))};
  place.optional("split", out.split);
  place.optional("level", out.level, {.choices = {"fine", "coarse", "hybrid"}});
  place.optional("exemplars", out.exemplars, {.choices = {"pictures", "text"}});
  for (const auto* key : {"split", "samples_per_concept", "retain"})
    if (out.exemplars == "text" && place.has(key))
      place.at(key).fail("means nothing with exemplars 'text' (leave it out)");
  place.optional("samples_per_concept", out.samples_per_concept, {.min = 1});
  if (place.has("retain")) {
    const auto grant = place.at("retain");
    grant.object({"split", "samples_per_concept"}, {"samples_per_concept"});
    out.retain.split = out.split;
    grant.optional("split", out.retain.split);
    grant.optional("samples_per_concept", out.retain.samples_per_concept, {.min = 1});
  }
  out.training = place.optional_object("training");
  if (place.has("evaluations")) out.evaluations = place.at("evaluations").ids();
  const auto forget = place.at("forget");
  if (forget.value().is_string()) {
    out.forget_split = forget.read<std::string>();
  } else {
    for (const auto& name : forget.list()) out.concepts.push_back(name.read<std::string>());
  }
  return out;
}

std::vector<std::string> presets(const Place& place) {
  if (place.value().is_string()) return {place.read<std::string>()};
  std::vector<std::string> out;
  for (const auto& one : place.list()) out.push_back(one.read<std::string>());
  return out;
}

// Whether it has KL terms, by its own keys or by its presets.
bool regularised(const Place& place, const MethodSpec& method) {
  json kl = json::object();
  try {
    kl = preset(method.presets, method.id).at("kl");
  } catch (const ConfigError& error) {
    place.at("preset").fail(error.what());
  }
  kl.update(method.kl);
  return kl.value("coarse", json(0)) != 0 || kl.value("fine", json(0)) != 0;
}

MethodSpec method(const Place& place) {
  place.object({"id", "label", "params", "grid", "kl", "training", "preset", "requests"}, {"id"});
  MethodSpec out{.id = place.id()};
  if (out.id == "original")
    place.at("id").fail("'original' is always part of a plan (leave it out)");
  out.params = place.optional_object("params");
  out.kl = place.optional_object("kl");
  out.training = place.optional_object("training");
  if (place.has("preset")) out.presets = presets(place.at("preset"));
  if (place.has("requests")) out.requests = place.at("requests").ids();
  out.label = regularised(place, out) ? out.id + "+kl" : out.id;
  place.optional("label", out.label);
  if (place.has("grid")) {
    const json grid = place.optional_object("grid");
    for (const auto& [key, values] : grid.items()) {
      auto& entry = out.grid.emplace_back(key, std::vector<json>{});
      for (const auto& value : place.at("grid").at(key).list())
        entry.second.push_back(value.value());
    }
  }
  return out;
}

EvaluationSpec evaluation(const Place& place) {
  place.object({"id", "title", "role", "dataset", "split", "precision"}, {"id", "role", "dataset"});
  EvaluationSpec out{.id = place.id(), .dataset = plugin_use(place.at("dataset"))};
  out.title = out.id;
  place.optional("title", out.title);
  const Field roles{.choices = {"in_domain", "zero_shot", "out_of_domain"}};
  out.role = role_from(place.at("role").read<std::string>(roles));
  place.optional("split", out.split);
  place.optional("precision", out.precision, {.choices = kPrecisions});
  return out;
}

std::map<std::string, std::string> names(const Place& place, const std::string& key) {
  std::map<std::string, std::string> out;
  const json object = place.optional_object(key);
  for (const auto& [ours, theirs] : object.items())
    out[ours] = place.at(key).at(ours).read<std::string>();
  return out;
}

PublishedUse published_use(const Place& place, const std::filesystem::path& folder) {
  if (place.value().is_string()) return {folder / place.read<std::string>(), {}, {}};
  place.object({"file", "requests", "labels"}, {"file"});
  return {folder / place.at("file").read<std::string>(), names(place, "requests"),
          names(place, "labels")};
}

// Every word of the list at `place` must be one of `known`.
void refuse_unknown(const Place& place, const std::vector<std::string>& known, const char* what) {
  for (const auto& one : place.list()) {
    const auto id = one.read<std::string>();
    if (std::find(known.begin(), known.end(), id) != known.end()) continue;
    auto right = did_you_mean(id, known);
    if (right.empty()) right = fmt::format(" (known: {})", fmt::join(known, ", "));
    one.fail(fmt::format("'{}': no such {}{}", id, what, right));
  }
}

template <class T>
std::vector<std::string> ids_of(const std::vector<T>& items) {
  std::vector<std::string> out;
  for (const auto& item : items) out.push_back(item.id);
  return out;
}

// What requests and methods say of each other and of evaluations, which are all read by now.
void check_references(const Suite& suite, const Place& root) {
  const auto requests = root.at("requests").list(), methods = root.at("methods").list();
  for (const auto& place : requests) {
    if (place.has("evaluations"))
      refuse_unknown(place.at("evaluations"), ids_of(suite.evaluations), "evaluation");
  }
  for (const auto& place : methods) {
    if (place.has("requests"))
      refuse_unknown(place.at("requests"), ids_of(suite.requests), "request");
  }
  for (std::size_t i = 0; i < requests.size(); ++i) {
    const auto& request = suite.requests[i];
    if (std::none_of(suite.methods.begin(), suite.methods.end(),
                     [&](const auto& method) { return method.runs_on(request); }))
      requests[i].fail(
          fmt::format("no method runs on '{}' (name it in a method's 'requests')", request.id));
  }
}

Suite parse_suite(const Place& root, const std::filesystem::path& folder) {
  root.object({"schema_version", "name", "title", "model", "requests", "training", "methods",
               "seeds", "evaluations", "metrics", "published"},
              {"schema_version", "name", "model", "requests", "methods", "seeds", "evaluations",
               "metrics"});
  const auto version = root.at("schema_version").read<std::int64_t>();
  if (version != 1) root.at("schema_version").fail(fmt::format("{} is not known (1 is)", version));

  Suite suite;
  suite.title = suite.name = root.id("name");
  root.optional("title", suite.title);
  suite.training = root.optional_object("training");
  const auto model = root.at("model");
  if (model.value().is_string()) {
    suite.models.push_back(model.read<std::string>());
  } else {
    for (const auto& one : model.list()) suite.models.push_back(one.read<std::string>());
  }
  for (const auto& place : root.at("requests").list()) suite.requests.push_back(request(place));
  for (const auto& place : root.at("methods").list()) suite.methods.push_back(method(place));
  for (const auto& place : root.at("evaluations").list())
    suite.evaluations.push_back(evaluation(place));
  for (const auto& place : root.at("metrics").list()) suite.metrics.push_back(plugin_use(place));
  for (const auto& place : root.at("seeds").list()) {
    suite.seeds.push_back(place.read<std::int64_t>({.min = 0}));
  }
  refuse_twice(suite.requests, root.at("requests").list());
  refuse_twice(suite.evaluations, root.at("evaluations").list());
  refuse_twice(suite.metrics, root.at("metrics").list());
  if (root.has("published")) {
    for (const auto& place : root.at("published").list())
      suite.published.push_back(published_use(place, folder));
  }
  if (std::set(suite.seeds.begin(), suite.seeds.end()).size() != suite.seeds.size()) {
    root.at("seeds").fail("a seed stands there twice (each runs once)");
  }
  check_references(suite, root);
  return suite;
}

}  // namespace

bool RequestSpec::evaluated_on(const std::string& evaluation) const {
  return evaluations.empty() ||
         std::find(evaluations.begin(), evaluations.end(), evaluation) != evaluations.end();
}

bool MethodSpec::runs_on(const RequestSpec& request) const {
  return requests.empty() ||
         std::find(requests.begin(), requests.end(), request.id) != requests.end();
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
  const json file = read_json(path, "a suite");
  try {
    auto suite = parse_suite(Place(file, ""), path.parent_path());
    suite.path = path;
    suite.sha256 = sha256_file(path);
    return suite;
  } catch (const ConfigError& error) {
    throw ConfigError(path.string() + ": " + error.what());
  }
}

}  // namespace lacuna
