// What a plugin file offers to the host: entries, made by method<T>(), objective<T>(),
// dataset<T>(), metric<T>().
#pragma once

#include <concepts>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/abi.hpp"
#include "lacuna/dataset.hpp"
#include "lacuna/method.hpp"
#include "lacuna/metric.hpp"
#include "lacuna/params.hpp"
#include "lacuna/random.hpp"

namespace lacuna {

enum class Kind { method, dataset, metric };

LACUNA_EXPORT const char* to_string(Kind kind);

// What a method needs beyond the common ground, of the request and of the model; the planner checks
// it before anything runs. Some of it is what a dataset offers.
enum class Ability {
  coarse_names,   // a dataset has class names at two levels
  keep,           // something to keep: coarse names of the dataset, or retain samples
  retain,         // retain samples, which only a request can grant
  text_features,  // the model is an EmbedsText
  hidden_states,  // the model names layers and gives their output
};

LACUNA_EXPORT const char* to_string(Ability ability);

// Who made it, what it is, how to cite it. Printed by `lacuna list` and `lacuna describe`.
struct Info {
  std::string id;             // [a-z][a-z0-9_]*, unique within its kind, equal to the folder's name
  std::string version;        // semantic version of the plugin
  std::string summary;        // one line, not empty
  std::string citation = {};  // where the idea comes from: a paper or BibTeX; may be empty
  std::string license = "Apache-2.0";
  std::string authors = {};          // of the plugin; may be empty
  std::string address = {};          // where it is kept or asked about; may be empty
  std::vector<Ability> needs = {};   // of a method
  std::vector<Ability> offers = {};  // of a dataset
  // Of a metric: the roles of the evaluations that it is given, all if it names none, and the
  // columns without which it is not asked ("fine/predicted").
  std::vector<Role> reads = {};
  std::vector<std::string> columns = {};
};

// One plugin. Built in the plugin, read by the host only after the handshake. Exactly one of the
// makers is set. Each maker throws ConfigError for bad parameters; what the constructor itself
// throws passes through.
struct Entry {
  Kind kind;
  Info info;
  nlohmann::ordered_json (*describe)();              // its parameters, see describe() in params.hpp
  nlohmann::json (*resolve)(const nlohmann::json&);  // checked, defaults filled in
  std::unique_ptr<Objective> (*make_objective)(const nlohmann::json&) = nullptr;
  std::unique_ptr<Method> (*make_method)(const nlohmann::json&) = nullptr;
  std::unique_ptr<Dataset> (*make_dataset)(const nlohmann::json&, const DataRoots&) = nullptr;
  std::unique_ptr<Metric> (*make_metric)(const nlohmann::json&) = nullptr;
};

// What a plugin's class has: `struct Params` with its visit(), see params.hpp, and a constructor
// that takes them (a dataset's with the DataRoots).
template <class T, class... Rest>
concept MadeOfParams = requires(typename T::Params params, Rest... rest) {
  params.visit([](const char*, auto&, const Field&) {});
  T(params, rest...);
};

namespace detail {
template <class T>
Entry entry(Kind kind, Info info) {
  using Params = typename T::Params;
  return {kind, std::move(info), &describe<Params>,
          [](const nlohmann::json& json) { return resolved(parse<Params>(json)); }};
}
}  // namespace detail

// T is an Objective with `struct Params` and T(Params).
template <class T>
  requires std::derived_from<T, Objective> && MadeOfParams<T>
Entry objective(Info info) {
  auto entry = detail::entry<T>(Kind::method, std::move(info));
  entry.make_objective = [](const nlohmann::json& json) -> std::unique_ptr<Objective> {
    return std::make_unique<T>(parse<typename T::Params>(json));
  };
  return entry;
}

// T is a Method with `struct Params` and T(Params).
template <class T>
  requires std::derived_from<T, Method> && MadeOfParams<T>
Entry method(Info info) {
  auto entry = detail::entry<T>(Kind::method, std::move(info));
  entry.make_method = [](const nlohmann::json& json) -> std::unique_ptr<Method> {
    return std::make_unique<T>(parse<typename T::Params>(json));
  };
  return entry;
}

// T is a Dataset with `struct Params` and T(Params, const DataRoots&).
template <class T>
  requires std::derived_from<T, Dataset> && MadeOfParams<T, DataRoots>
Entry dataset(Info info) {
  auto entry = detail::entry<T>(Kind::dataset, std::move(info));
  entry.make_dataset = [](const nlohmann::json& json,
                          const DataRoots& roots) -> std::unique_ptr<Dataset> {
    return std::make_unique<T>(parse<typename T::Params>(json), roots);
  };
  return entry;
}

// T is a Metric with `struct Params` and T(Params).
template <class T>
  requires std::derived_from<T, Metric> && MadeOfParams<T>
Entry metric(Info info) {
  auto entry = detail::entry<T>(Kind::metric, std::move(info));
  entry.make_metric = [](const nlohmann::json& json) -> std::unique_ptr<Metric> {
    return std::make_unique<T>(parse<typename T::Params>(json));
  };
  return entry;
}

}  // namespace lacuna

// LACUNA_PLUGIN(entry, …): the last line of a plugin. Nothing runs at load; the host asks for the
// entries.
#define LACUNA_PLUGIN(...)                                                           \
  extern "C" LACUNA_EXPORT const lacuna_plugin* lacuna_plugin_entry() {              \
    static const ::lacuna::Entry entries[] = {__VA_ARGS__};                          \
    static const lacuna_plugin plugin{LACUNA_BUILD_ID, std::size(entries), entries}; \
    return &plugin;                                                                  \
  }
