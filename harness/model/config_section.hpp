// One object of another project's configuration file, read with its defaults; messages name section and key.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

namespace lacuna {

// Throws ConfigError("<path>: reason"); says so if the file is a Git-LFS pointer or an HTML page.
nlohmann::json read_config_file(const std::filesystem::path& path);

class ConfigSection {
 public:
  // A section that is missing (null) is an empty one. Throws ConfigError if it is not an object.
  ConfigSection(std::string name, nlohmann::json section);

  // Each gives `usual` where the key is missing or null. Throw ConfigError("<name>.<key>: reason").
  std::int64_t integer(const std::string& key, std::int64_t usual) const;
  double real(const std::string& key, double usual) const;
  std::string text(const std::string& key, const std::string& usual) const;
  bool flag(const std::string& key, bool usual) const;
  // A number, or a list of equal numbers ([224, 224]).
  std::int64_t side(const std::string& key, std::int64_t usual) const;
  std::array<double, 3> three(const std::string& key, const std::array<double, 3>& usual) const;
  ConfigSection section(const std::string& key) const;

  bool has(const std::string& key) const;  // there and not null
  const nlohmann::json& operator[](const std::string& key) const { return json_.at(key); }

  // Refuses a key that is there with another value: Lacuna's towers know only this one.
  void require(const std::string& key, const nlohmann::json& only) const;
  // Refuses keys outside `known` unless they are off (null, false, 0, "" or empty).
  void refuse_others(const std::set<std::string>& known) const;

 private:
  [[noreturn]] void refuse(const std::string& key, const std::string& reason) const;

  std::string name_;
  nlohmann::json json_;
};

}  // namespace lacuna
