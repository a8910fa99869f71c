// `lacuna report`: a folder of results in, a leaderboard for people and one for programs out.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "report/load.hpp"

namespace lacuna::report {

enum class TableStyle { plain, markdown };

// Reads everything, then writes <out>/leaderboard.json and <out>/index.html, each whole or not at
// all. Several folders get <out>/<folder name>/ each, and <out>/index.html leads to them. An empty
// `out` writes nothing. Returns the main tables as text. Throws ConfigError before the first byte
// is written: a missing folder, a damaged file, two folders of one name.
std::string make_reports(const std::vector<std::filesystem::path>& folders,
                         const std::filesystem::path& out, TableStyle style);

// The same of what is loaded; Results::folder is where links lead and what a folder is called by.
std::string make_reports(const std::vector<Results>& all, const std::filesystem::path& out,
                         TableStyle style);

}  // namespace lacuna::report
