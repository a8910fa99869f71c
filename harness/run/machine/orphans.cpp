#include "run/machine/orphans.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace lacuna {
namespace {

// What this process started before it adopted anything: its shell's jobs, after an exec.
std::optional<std::set<pid_t>> not_ours;

// 0 if there is no such process any more.
pid_t parent_of(const std::string& process) {
  std::ifstream file("/proc/" + process + "/stat");
  std::string stat;
  std::getline(file, stat);
  const auto name_end = stat.rfind(')');  // a name may hold anything
  if (name_end == stat.npos || name_end + 4 >= stat.size()) return 0;
  return std::atoi(stat.c_str() + name_end + 4);
}

std::set<pid_t> children() {
  std::set<pid_t> out;
  std::error_code ignored;
  for (std::filesystem::directory_iterator entry("/proc", ignored), end; entry != end;
       entry.increment(ignored)) {
    const auto name = entry->path().filename().string();
    pid_t process = 0;
    if (std::from_chars(name.data(), name.data() + name.size(), process).ec != std::errc())
      continue;
    if (parent_of(name) == getpid()) out.insert(process);
  }
  return out;
}

std::string worker_of(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/environ");
  const std::string prefix = std::string(worker_variable) + "=";
  for (std::string entry; std::getline(file, entry, '\0');)
    if (entry.starts_with(prefix)) return entry.substr(prefix.size());
  return {};
}

}  // namespace

void adopt_orphans() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) == 0) not_ours = children();
}

void end_orphans(const std::map<pid_t, std::string>& workers) {
  if (!not_ours) return;
  const auto belongs_to_a_worker = [&](pid_t process) {
    const auto whose = worker_of(process);
    return std::any_of(workers.begin(), workers.end(),
                       [&](const auto& worker) { return worker.second == whose; });
  };
  // What one of them has started is adopted when it ends, so it takes rounds; what cannot be killed
  // now (it waits for a disk) is left for the next time.
  for (int round = 0; round < 200; ++round) {
    bool left = false;
    for (const auto process : children()) {
      if (workers.contains(process) || not_ours->contains(process) || belongs_to_a_worker(process))
        continue;
      kill(process, SIGKILL);
      left = waitpid(process, nullptr, WNOHANG) != process || left;
    }
    if (!left) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

}  // namespace lacuna
