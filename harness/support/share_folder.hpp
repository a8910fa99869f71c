// What the program finds by name: suites, presets, models.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lacuna {

// <prefix>/share/lacuna of the program that runs; in a build folder it links to the source's
// folders.
std::filesystem::path share_folder();

// The JSON files of a folder, without ".json", sorted; none where there is no such folder.
std::vector<std::string> names_in(const std::filesystem::path& folder);

// "'x': no such suite (did you mean 'y') (known: a, b; or the path of a suite file)".
std::string no_such(const std::string& what, const std::string& given,
                    const std::vector<std::string>& known);

}  // namespace lacuna
