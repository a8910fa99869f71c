// Parameters are plain structs with one visit(); parsing, validation, help and recording all derive
// from it.
//
//   struct Params {
//     double beta = 0.5;
//     std::string reduction = "sample";
//     void visit(auto&& field) {
//       field("beta", beta, lacuna::Field{.help = "inverse temperature", .min = 1e-6});
//       field("reduction", reduction,
//             lacuna::Field{.help = "where the sigmoid sits", .choices = {"sample", "batch"}});
//     }
//   };
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "lacuna/error.hpp"

namespace lacuna {

// What a parameter may be. `min` and `max` bound numbers (inclusive); `choices` bounds strings.
struct Field {
  const char* help = "";
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  std::vector<std::string> choices = {};
};

// Each throws ConfigError("<name>: reason"): a wrong JSON type (2.7 for an integer, a bool for a
// number), a value outside [min, max], a string that is not one of the choices. NaN and infinity
// cannot be written in JSON.
LACUNA_EXPORT void read_field(const std::string& name, const nlohmann::json& json, const Field&,
                              bool& value);
LACUNA_EXPORT void read_field(const std::string& name, const nlohmann::json& json, const Field&,
                              std::int64_t& value);
LACUNA_EXPORT void read_field(const std::string& name, const nlohmann::json& json, const Field&,
                              double& value);
LACUNA_EXPORT void read_field(const std::string& name, const nlohmann::json& json, const Field&,
                              std::string& value);
LACUNA_EXPORT void read_field(const std::string& name, const nlohmann::json& json, const Field&,
                              std::vector<std::string>& value);
LACUNA_EXPORT void read_field(const std::string& name, const nlohmann::json& json, const Field&,
                              std::vector<std::int64_t>& value);

// Throws ConfigError: `json` must be an object whose keys are all in `known`; a near miss gets "did
// you mean".
LACUNA_EXPORT void check_keys(const nlohmann::json& json, const std::set<std::string>& known);

// Reads `json` (an object; null means all defaults) over the defaults of Params. Throws
// ConfigError, see above.
template <class Params>
Params parse(const nlohmann::json& json) {
  Params params;
  if (json.is_null()) return params;
  std::set<std::string> known;
  params.visit([&](const char* name, auto&, const Field&) { known.insert(name); });
  check_keys(json, known);
  params.visit([&](const char* name, auto& value, const Field& field) {
    if (auto it = json.find(name); it != json.end()) read_field(name, *it, field, value);
  });
  return params;
}

// All values, defaults included: what a result records. parse(resolved(p)) == p.
template <class Params>
nlohmann::json resolved(Params params) {
  auto out = nlohmann::json::object();
  params.visit([&](const char* name, auto& value, const Field&) { out[name] = value; });
  return out;
}

// {"name": {"default": …, "help": …, "min": …, "max": …, "choices": […]}} in declaration order.
template <class Params>
nlohmann::ordered_json describe() {
  auto out = nlohmann::ordered_json::object();
  Params params;
  params.visit([&](const char* name, auto& value, const Field& field) {
    auto& entry = out[name] = {{"default", value}, {"help", field.help}};
    if (field.min > -std::numeric_limits<double>::infinity()) entry["min"] = field.min;
    if (field.max < std::numeric_limits<double>::infinity()) entry["max"] = field.max;
    if (!field.choices.empty()) entry["choices"] = field.choices;
  });
  return out;
}

// For classes without parameters.
struct NoParams {
  void visit(auto&&) {}
};

}  // namespace lacuna
