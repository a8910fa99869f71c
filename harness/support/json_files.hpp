// Which JSON files a folder holds.
#pragma once

#include <filesystem>
#include <vector>

namespace lacuna {

// Sorted by name; none where there is no such folder, or it cannot be listed.
std::vector<std::filesystem::path> json_files(const std::filesystem::path& folder);

}  // namespace lacuna
