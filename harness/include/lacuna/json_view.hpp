// JSON that people write: a value together with the file and the place it stands at, so that
// whatever is wrong with it is one clear line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lacuna/abi.hpp"
#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "lacuna/params.hpp"

namespace lacuna {

// The document of a file. Throws ConfigError("<path>: line L, column C: reason"). Duplicate keys
// are refused, and more than kMostLevels levels of nesting. NaN cannot occur. What is no JSON but a
// pointer or a web page is said to be none of `expected`.
LACUNA_EXPORT nlohmann::json read_json(const std::filesystem::path& path,
                                       std::string_view expected = "a JSON file",
                                       std::uintmax_t most = kMostText);
// The same with the keys of objects in the file's order.
LACUNA_EXPORT nlohmann::ordered_json read_ordered_json(const std::filesystem::path& path,
                                                       std::string_view expected = "a JSON file",
                                                       std::uintmax_t most = kMostText);

// Borrows the document, which must outlive it. Every member throws ConfigError("<file>: <place>:
// reason"), the place as in "methods[2].kl.coarse"; without it for the document itself.
class LACUNA_EXPORT JsonView {
 public:
  JsonView(const nlohmann::json& value, std::string file) : JsonView(value, std::move(file), "") {}

  bool has(const std::string& key) const;                      // even if it is null there
  JsonView at(const std::string& key) const;                   // throws if absent
  std::optional<JsonView> find(const std::string& key) const;  // nothing if absent or null
  JsonView section(const std::string& key) const;  // an object; an empty one if absent or null

  // Throws, with "did you mean", if the object has a member that is not in `known`.
  void only(const std::vector<std::string>& known) const;

  std::string text() const { return read<std::string>(); }
  std::int64_t integer() const { return read<std::int64_t>(); }  // 2.7 is refused, not cut
  double number() const { return read<double>(); }
  bool boolean() const { return read<bool>(); }
  std::vector<JsonView> items() const;                            // of an array
  std::vector<JsonView> some() const;                             // of an array that is not empty
  std::vector<std::pair<std::string, JsonView>> members() const;  // of an object, by key

  // By the rules of parameters (lacuna/params.hpp), `field`'s bounds and choices among them.
  template <class T>
  T read(const Field& field = {}) const {
    T out{};
    read_field(where(), *value_, field, out);
    return out;
  }
  // Leaves `out` as it is where there is no such key.
  template <class T>
  void optional(const std::string& key, T& out, const Field& field = {}) const {
    if (has(key)) out = at(key).template read<T>(field);
  }
  // An object over the defaults of Params, no other keys.
  template <class Params>
  Params parse() const {
    Params params;
    std::vector<std::string> known;
    params.visit([&](const char* name, auto&, const Field&) { known.emplace_back(name); });
    only(known);
    params.visit(
        [&](const char* name, auto& value, const Field& field) { optional(name, value, field); });
    return params;
  }

  // Runs `body`; a ConfigError that it throws comes out with file and place in front.
  template <class F>
  decltype(auto) within(F&& body) const {
    try {
      return body();
    } catch (const ConfigError& error) {
      fail(error.what());
    }
  }
  [[noreturn]] void fail(const std::string& reason) const;

  const nlohmann::json& raw() const { return *value_; }
  std::string where() const;  // "<file>: <place>"

 private:
  JsonView(const nlohmann::json& value, std::string file, std::string place)
      : value_(&value), file_(std::move(file)), place_(std::move(place)) {}
  JsonView child(const nlohmann::json& value, const std::string& name) const;
  void need_object() const;

  const nlohmann::json* value_;
  std::string file_, place_;
};

}  // namespace lacuna
