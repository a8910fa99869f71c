// Sections of configurations, ours and other projects': what their files say in more than one way,
// and what of it a plain CLIP cannot be. A key that is null counts as absent.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/json_view.hpp"

namespace lacuna {

// Throws ConfigError("<path>: reason"); says so if the file is a Git-LFS pointer or an HTML page.
nlohmann::json read_config_file(const std::filesystem::path& path);

template <class T>
T value_or(const JsonView& section, const std::string& key, T usual, const Field& field = {}) {
  const auto found = section.find(key);
  return found ? found->read<T>(field) : usual;
}
// A count or a size: neither negative nor beyond any model's.
std::int64_t size_or(const JsonView& section, const std::string& key, std::int64_t usual);
// A size, or a list of two equal ones ([224, 224]).
std::int64_t side_or(const JsonView& section, const std::string& key, std::int64_t usual);
// Refuses a picture size, where one is there, that is not the tower's.
void require_image_size(const JsonView& section, const std::string& key, std::int64_t image_size);
std::array<double, 3> three_or(const JsonView& section, const std::string& key,
                               const std::array<double, 3>& usual);
inline constexpr double kMostLayers = 1024;  // a count of names, made before any is compared
// One positive number for each of a tower's four stages, `most` at most; `what` they are.
std::vector<std::int64_t> read_four(const JsonView& list, const char* what, double most);

// Throws what is wrong at `key`, whether it stands there or has its usual value.
[[noreturn]] void refuse(const JsonView& section, const std::string& key,
                         const std::string& reason);
// Refuses a key that is there with another value: Lacuna's towers know only this one.
void require(const JsonView& section, const std::string& key, const nlohmann::json& only);
// Refuses keys outside `known` unless they are off (null, false, 0, "" or empty).
void refuse_others(const JsonView& section, const std::vector<std::string>& known);

}  // namespace lacuna
