// A JSON value together with the file and the place it stands at, so that whatever is wrong with it
// is one clear line.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/abi.hpp"

namespace lacuna {

// Borrows the document, which must outlive it. Every member throws ConfigError("<file>: <path>:
// reason").
class LACUNA_EXPORT JsonView {
 public:
  JsonView(const nlohmann::json& value, std::string file) : JsonView(value, std::move(file), "") {}

  JsonView at(const std::string& key) const;                   // throws if absent
  std::optional<JsonView> find(const std::string& key) const;  // nothing if absent or null

  // Throws, with "did you mean", if the object has a member that is not in `known`.
  void only(const std::vector<std::string>& known) const;

  std::string text() const;
  std::int64_t integer() const;  // a whole number: 2.7 is refused, not cut
  double number() const;
  bool boolean() const;
  std::vector<JsonView> items() const;                            // of an array
  std::vector<std::pair<std::string, JsonView>> members() const;  // of an object, by key

  const nlohmann::json& raw() const { return *value_; }
  [[noreturn]] void fail(const std::string& reason) const;

 private:
  JsonView(const nlohmann::json& value, std::string file, std::string path)
      : value_(&value), file_(std::move(file)), path_(std::move(path)) {}
  JsonView child(const nlohmann::json& value, const std::string& name) const;

  const nlohmann::json* value_;
  std::string file_, path_;
};

}  // namespace lacuna
