// How many cores this process may use, which is not how many the machine has.
#pragma once

#include <filesystem>
#include <optional>

namespace lacuna {

// At least 1: what the affinity mask (taskset, a batch system) and the cgroup's limit of processor
// time (a container, a batch system) leave.
int available_cores();

// Cores' worth of time that the cgroups of this process may use, rounded up, at least 1; nothing
// where there is no limit. Version 2 and version 1 are read, from <root>/proc and <root>/sys.
std::optional<int> cgroup_cores(const std::filesystem::path& root = "/");

}  // namespace lacuna
