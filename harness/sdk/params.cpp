#include "lacuna/params.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

namespace {

using nlohmann::json;

// The value as the user wrote it, short enough for a message.
std::string shown(const json& value) {
  constexpr std::size_t longest = 80;
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  return text.size() <= longest ? text : text.substr(0, longest) + "…";
}

std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

[[noreturn]] void wrong_type(const std::string& name, const json& value, const char* expected) {
  throw ConfigError(name + ": " + shown(value) + " is not " + expected);
}

// long double, because every int64 fits it exactly.
void check_range(const std::string& name, const json& value, long double number,
                 const Field& field) {
  if (number < static_cast<long double>(field.min))
    throw ConfigError(name + ": " + shown(value) + " is too small (at least " +
                      shortest(field.min) + ")");
  if (number > static_cast<long double>(field.max))
    throw ConfigError(name + ": " + shown(value) + " is too large (at most " + shortest(field.max) +
                      ")");
}

template <class T>
void read_list(const std::string& name, const json& list, const Field& field, const char* expected,
               std::vector<T>& values) {
  if (!list.is_array()) wrong_type(name, list, expected);
  std::vector<T> read(list.size());
  for (std::size_t i = 0; i < list.size(); ++i)
    read_field(name + "[" + std::to_string(i) + "]", list[i], field, read[i]);
  values = std::move(read);
}

}  // namespace

void read_field(const std::string& name, const json& json, const Field&, bool& value) {
  if (!json.is_boolean()) wrong_type(name, json, "true or false");
  value = json.get<bool>();
}

void read_field(const std::string& name, const json& json, const Field& field,
                std::int64_t& value) {
  // Checked here because nlohmann turns 2.7 into 2 and 2^63 into a negative number without a word.
  if (!json.is_number_integer()) wrong_type(name, json, "an integer");
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > static_cast<std::uint64_t>(most))
    throw ConfigError(name + ": " + shown(json) + " is too large (at most " + std::to_string(most) +
                      ")");
  const auto number = json.get<std::int64_t>();
  check_range(name, json, static_cast<long double>(number), field);
  value = number;
}

void read_field(const std::string& name, const json& json, const Field& field, double& value) {
  if (!json.is_number()) wrong_type(name, json, "a number");
  const auto number = json.get<double>();
  if (!std::isfinite(number)) throw ConfigError(name + ": the number is not finite");
  check_range(name, json, static_cast<long double>(number), field);
  value = number;
}

void read_field(const std::string& name, const json& json, const Field& field, std::string& value) {
  if (!json.is_string()) wrong_type(name, json, "a string");
  auto text = json.get<std::string>();
  const auto& choices = field.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
    std::string all;
    for (const auto& choice : choices) all += (all.empty() ? "'" : ", '") + choice + "'";
    throw ConfigError(name + ": " + shown(json) + " is not one of " + all +
                      did_you_mean(text, choices));
  }
  value = std::move(text);
}

void read_field(const std::string& name, const json& json, const Field& field,
                std::vector<std::string>& value) {
  read_list(name, json, field, "a list of strings", value);
}

void read_field(const std::string& name, const json& json, const Field& field,
                std::vector<std::int64_t>& value) {
  read_list(name, json, field, "a list of integers", value);
}

void check_keys(const json& json, const std::set<std::string>& known) {
  if (!json.is_object())
    throw ConfigError("parameters: " + shown(json) + " is not an object ({\"name\": value})");
  for (const auto& [key, _] : json.items()) {
    if (known.contains(key)) continue;
    auto right = did_you_mean(key, {known.begin(), known.end()});
    if (right.empty()) {
      for (const auto& name : known) right += (right.empty() ? " (known: " : ", ") + name;
      right += right.empty() ? " (there are none)" : ")";
    }
    throw ConfigError(key + ": unknown parameter" + right);
  }
}

}  // namespace lacuna
