// Named sets of overrides that a suite may ask for: JSON files, in suites/presets or of one's own
// (docs/suites.md).
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lacuna {

// What preset() takes for what a suite or another preset in `folder` writes: a name as it is; of
// the path of a file (it has a '/' or ends with ".json") the whole.
std::string preset_from(const std::string& given, const std::filesystem::path& folder);

// {"params": {…}, "kl": {…}, "training": {…}}: what the presets set for a method, later ones over
// earlier ones. Whatever the suite itself says goes over all of it. Names are those of the files in
// <prefix>/share/lacuna/suites/presets. Throws ConfigError: an unknown preset, a file that is none,
// a method that a preset has no values for.
nlohmann::json preset(const std::vector<std::string>& presets, const std::string& method);

}  // namespace lacuna
