#include "support/cores.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace lacuna {
namespace {

using Path = std::filesystem::path;

// Smaller than any machine of this decade needs is not known to the kernel: it says EINVAL.
constexpr int kMostProcessors = 1 << 16;

int affine_cores() {
  std::vector<unsigned long> words(kMostProcessors / (8 * sizeof(unsigned long)));
  auto* set = reinterpret_cast<cpu_set_t*>(words.data());
  const auto bytes = words.size() * sizeof(unsigned long);
  if (sched_getaffinity(0, bytes, set) == 0) return CPU_COUNT_S(bytes, set);
  return static_cast<int>(std::thread::hardware_concurrency());
}

std::string first_line_of(const Path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Of "<quota> <period>" in microseconds; a quota of "max" or -1 is none.
std::optional<double> ratio(const std::string& text) {
  std::istringstream words(text);
  double quota = 0, period = 0;
  if (!(words >> quota >> period) || quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

// The least limit of a cgroup and all above it. In a container the path is often the host's and
// not there: then only the top counts, which is the container's own.
template <class Limit>
void least_upwards(const Path& top, const std::string& group, Limit limit,
                   std::optional<double>& least) {
  for (Path path = Path(group).relative_path();; path = path.parent_path()) {
    if (const auto cores = limit(top / path)) least = std::min(least.value_or(*cores), *cores);
    if (path.empty()) return;
  }
}

}  // namespace

std::optional<int> cgroup_cores(const Path& root) {
  std::optional<double> least;
  std::ifstream file(root / "proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // "<number>:<controllers>:<path>"
    const auto first = line.find(':'), second = line.find(':', first + 1);
    if (first == line.npos || second == line.npos) continue;
    const auto controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const auto group = line.substr(second + 1);
    if (controllers == ",,") {
      least_upwards(
          root / "sys/fs/cgroup", group,
          [](const Path& path) { return ratio(first_line_of(path / "cpu.max")); }, least);
    } else if (controllers.find(",cpu,") != controllers.npos) {
      for (const auto* mount : {"cpu", "cpu,cpuacct"}) {
        least_upwards(
            root / "sys/fs/cgroup" / mount, group,
            [](const Path& path) {
              return ratio(first_line_of(path / "cpu.cfs_quota_us") + " " +
                           first_line_of(path / "cpu.cfs_period_us"));
            },
            least);
      }
    }
  }
  if (!least) return std::nullopt;
  return static_cast<int>(std::clamp(std::ceil(*least), 1.0, double{kMostProcessors}));
}

int available_cores() {
  const int cores = std::max(1, affine_cores());
  return std::min(cores, cgroup_cores().value_or(cores));
}

}  // namespace lacuna
