#include "model/config_section.hpp"

#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/params.hpp"
#include "support/files.hpp"

namespace lacuna {

using nlohmann::json;

json read_config_file(const std::filesystem::path& path) {
  return read_json(path, "a configuration");
}

ConfigSection::ConfigSection(std::string name, json section)
    : name_(std::move(name)), json_(std::move(section)) {
  if (json_.is_null()) json_ = json::object();
  if (!json_.is_object()) throw ConfigError(name_ + ": is not an object");
}

bool ConfigSection::has(const std::string& key) const {
  const auto it = json_.find(key);
  return it != json_.end() && !it->is_null();
}

void ConfigSection::refuse(const std::string& key, const std::string& reason) const {
  throw ConfigError(fmt::format("{}{}{}: {}", name_, name_.empty() ? "" : ".", key, reason));
}

namespace {

template <class T>
T read(const std::string& name, const json& value, const Field& field) {
  T out{};
  read_field(name, value, field, out);
  return out;
}

}  // namespace

std::int64_t ConfigSection::integer(const std::string& key, std::int64_t usual) const {
  if (!has(key)) return usual;
  return read<std::int64_t>(name_.empty() ? key : name_ + "." + key, json_.at(key),
                            Field{.min = 0, .max = 1 << 24});
}

double ConfigSection::real(const std::string& key, double usual) const {
  if (!has(key)) return usual;
  return read<double>(name_.empty() ? key : name_ + "." + key, json_.at(key), {});
}

std::string ConfigSection::text(const std::string& key, const std::string& usual) const {
  if (!has(key)) return usual;
  return read<std::string>(name_.empty() ? key : name_ + "." + key, json_.at(key), {});
}

bool ConfigSection::flag(const std::string& key, bool usual) const {
  if (!has(key)) return usual;
  return read<bool>(name_.empty() ? key : name_ + "." + key, json_.at(key), {});
}

std::int64_t ConfigSection::side(const std::string& key, std::int64_t usual) const {
  if (!has(key) || !json_.at(key).is_array()) return integer(key, usual);
  const auto& list = json_.at(key);
  if (list.size() != 2 || list[0] != list[1] || !list[0].is_number_unsigned())
    refuse(key, list.dump() + " is not one size for width and height");
  return ConfigSection(name_, {{key, list[0]}}).integer(key, usual);
}

std::array<double, 3> ConfigSection::three(const std::string& key,
                                           const std::array<double, 3>& usual) const {
  if (!has(key)) return usual;
  const auto& list = json_.at(key);
  if (!list.is_array() || list.size() != 3 || !list[0].is_number() || !list[1].is_number() ||
      !list[2].is_number())
    refuse(key, list.dump() + " is not a list of three numbers");
  return list.get<std::array<double, 3>>();
}

ConfigSection ConfigSection::section(const std::string& key) const {
  return {name_.empty() ? key : name_ + "." + key, has(key) ? json_.at(key) : json()};
}

void ConfigSection::require(const std::string& key, const json& only) const {
  if (has(key) && json_.at(key) != only)
    refuse(key, fmt::format("{} is not supported (only {})", json_.at(key).dump(), only.dump()));
}

void ConfigSection::refuse_others(const std::set<std::string>& known) const {
  for (const auto& [key, value] : json_.items()) {
    const bool off = value.is_null() || value == false || value == 0 || value == "" ||
                     ((value.is_object() || value.is_array()) && value.empty());
    if (!off && !known.contains(key))
      refuse(key, value.dump() + " is not supported (the model is no plain CLIP)");
  }
}

}  // namespace lacuna
