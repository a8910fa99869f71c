#include "support/config_section.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lacuna {

using nlohmann::json;

json read_config_file(const std::filesystem::path& path) {
  return read_json(path, "a configuration");
}

std::int64_t size_or(const JsonView& section, const std::string& key, std::int64_t usual) {
  return value_or(section, key, usual, {.min = 0, .max = 1 << 24});
}

std::int64_t side_or(const JsonView& section, const std::string& key, std::int64_t usual) {
  const auto found = section.find(key);
  if (!found || !found->raw().is_array()) return size_or(section, key, usual);
  const auto sides = found->items();
  if (sides.size() != 2 || sides[0].raw() != sides[1].raw() || !sides[0].raw().is_number_unsigned())
    found->fail(found->raw().dump() + " is not one size for width and height");
  return sides[0].read<std::int64_t>({.max = 1 << 24});
}

void require_image_size(const JsonView& section, const std::string& key, std::int64_t image_size) {
  if (const auto size = side_or(section, key, image_size); size != image_size)
    section.at(key).fail(fmt::format("{} is not the tower's image_size {}", size, image_size));
}

std::array<double, 3> three_or(const JsonView& section, const std::string& key,
                               const std::array<double, 3>& usual) {
  const auto found = section.find(key);
  if (!found) return usual;
  const auto& list = found->raw();
  if (!list.is_array() || list.size() != 3 || !list[0].is_number() || !list[1].is_number() ||
      !list[2].is_number())
    found->fail(list.dump() + " is not a list of three numbers");
  return list.get<std::array<double, 3>>();
}

std::vector<std::int64_t> read_four(const JsonView& list, const char* what, double most) {
  auto values = list.read<std::vector<std::int64_t>>({.min = 1, .max = most});
  if (values.size() != 4) list.fail(fmt::format("{} is not four {}", list.raw().dump(), what));
  return values;
}

void refuse(const JsonView& section, const std::string& key, const std::string& reason) {
  (section.has(key) ? section.at(key) : section.section(key)).fail(reason);
}

void require(const JsonView& section, const std::string& key, const json& only) {
  if (const auto found = section.find(key); found && found->raw() != only)
    found->fail(fmt::format("{} is not supported (only {})", found->raw().dump(), only.dump()));
}

void refuse_others(const JsonView& section, const std::vector<std::string>& known) {
  for (const auto& [key, view] : section.members()) {
    const auto& value = view.raw();
    const bool off = value.is_null() || value == false || value == 0 || value == "" ||
                     ((value.is_object() || value.is_array()) && value.empty());
    if (!off && std::find(known.begin(), known.end(), key) == known.end())
      view.fail(value.dump() + " is not supported (the model is no plain CLIP)");
  }
}

}  // namespace lacuna
