// Names of temporary files and folders that no two processes share, wherever they run.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace lacuna {

// "<host>-<process>-<random>": of this call alone. Containers share process numbers, machines a
// disk, so neither number nor host would do.
std::string unique_name();

// ".<name>.<unique>.tmp" beside `path`, with a long name cut.
std::filesystem::path temporary_beside(const std::filesystem::path& path);

// How old what such a name stands for has to be before somebody else may remove it: whether its
// owner still lives cannot be asked across machines.
inline constexpr std::chrono::hours abandoned_after{24};

// Whether `path` was last changed that long ago; false if that cannot be told.
bool is_abandoned(const std::filesystem::path& path);

}  // namespace lacuna
