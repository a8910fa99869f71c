// A child process: started with posix_spawn in a group of its own, its output in a file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace lacuna {

struct ProcessOptions {
  std::filesystem::path program;
  std::vector<std::string> arguments;  // from argv[0] on
  // Changes to ours; nullopt removes a variable. One that names worker_variable
  // (run/machine/orphans.hpp) belongs to that worker; all others are workers of their own.
  std::map<std::string, std::optional<std::string>> environment = {};
  std::filesystem::path log = {};     // stdout and stderr are appended to it; empty: thrown away
  double timeout_seconds = 0;         // 0: none
  std::filesystem::path folder = {};  // its working folder; empty: ours
};

struct ProcessEnd {
  int status = 0;          // exit status, if it exited
  int signal = 0;          // what killed it; 0 if it exited
  bool timed_out = false;  // we killed it because its time was over
  double seconds = 0, cpu_seconds = 0;
  std::int64_t peak_bytes = 0;  // largest resident set
};

// Never fork: a child of a process that has run an OpenMP region hangs. Move-only; the destructor
// kills the whole group of a child that still runs and waits for it. After adopt_orphans(), what a
// child has detached from its group ends with it as well. [one thread]
class Process {
 public:
  // Throws Error("<program>: cannot be started: reason").
  explicit Process(const ProcessOptions& options);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  ~Process();

  pid_t id() const { return id_; }
  // To poll on: readable once the child has ended; -1 where the system has no such thing.
  int descriptor() const { return descriptor_; }

  // How it ended, if it has. Kills it first if its time is over. Never blocks. Collects what is
  // left of its group.
  std::optional<ProcessEnd> ended();

  void kill();  // SIGKILL to the whole group

  // From now on it may take `timeout_seconds` once more.
  void renew_time() { renewed_ = std::chrono::steady_clock::now(); }

 private:
  pid_t id_ = -1;
  int descriptor_ = -1;
  double timeout_seconds_ = 0;
  bool timed_out_ = false;
  std::chrono::steady_clock::time_point start_, renewed_;
};

// Sleeps until one of the processes has ended, a signal arrives, or `seconds` have passed.
void wait_for_any(const std::vector<const Process*>& processes, double seconds);

}  // namespace lacuna
