#include "run/machine/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <utility>

#include "lacuna/error.hpp"
#include "run/machine/orphans.hpp"
#include "support/temporary_name.hpp"
#include "support/uninterrupted.hpp"

extern char** environ;

namespace lacuna {
namespace {

std::vector<std::string> merged_environment(
    const std::map<std::string, std::optional<std::string>>& changes) {
  std::vector<std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!changes.contains(text.substr(0, text.find('=')))) out.push_back(text);
  }
  for (const auto& [name, value] : changes) {
    if (value) out.push_back(name + "=" + *value);
  }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> out;
  for (auto& string : strings) out.push_back(string.data());
  out.push_back(nullptr);
  return out;
}

// posix_spawn's two option objects, released on every way out.
struct SpawnSetup {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  SpawnSetup() {
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnSetup() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
};

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + time.tv_usec * 1e-6;
}

// Every child that has not been collected yet, with what its environment says of it.
std::map<pid_t, std::string>& living() {
  static std::map<pid_t, std::string> processes;
  return processes;
}

// A child is to start with every signal as usual, but for what a user had us ignore (nohup).
sigset_t signals_to_reset() {
  sigset_t set;
  sigfillset(&set);
  struct sigaction hangup {};
  if (sigaction(SIGHUP, nullptr, &hangup) == 0 && hangup.sa_handler == SIG_IGN)
    sigdelset(&set, SIGHUP);
  return set;
}

void collect(pid_t process, int* status, rusage* usage) {
  uninterrupted([&] { return wait4(process, status, 0, usage); });
  living().erase(process);
  end_orphans(living());
}

}  // namespace

Process::Process(const ProcessOptions& options) : timeout_seconds_(options.timeout_seconds) {
  auto arguments = options.arguments;
  auto changes = options.environment;
  const auto given = changes.find(worker_variable);
  const auto name = given != changes.end() && given->second ? *given->second : unique_name();
  changes[worker_variable] = name;
  auto environment = merged_environment(changes);

  SpawnSetup setup;
  const auto log = options.log.empty() ? std::string("/dev/null") : options.log.string();
  posix_spawn_file_actions_addopen(&setup.files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&setup.files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0644);
  posix_spawn_file_actions_adddup2(&setup.files, 1, 2);
  if (!options.folder.empty())
    posix_spawn_file_actions_addchdir_np(&setup.files, options.folder.c_str());

  sigset_t none;
  sigemptyset(&none);
  const auto reset = signals_to_reset();
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  posix_spawnattr_setsigdefault(&setup.attributes, &reset);
  posix_spawnattr_setpgroup(&setup.attributes, 0);
  posix_spawnattr_setflags(&setup.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  start_ = renewed_ = std::chrono::steady_clock::now();
  const int error = posix_spawn(&id_, options.program.c_str(), &setup.files, &setup.attributes,
                                pointers(arguments).data(), pointers(environment).data());
  if (error != 0) {
    id_ = -1;
    throw Error(
        fmt::format("{}: cannot be started: {}", options.program.string(), std::strerror(error)));
  }
  living()[id_] = name;
  descriptor_ = static_cast<int>(syscall(SYS_pidfd_open, id_, 0));
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      timeout_seconds_(other.timeout_seconds_),
      timed_out_(other.timed_out_),
      start_(other.start_),
      renewed_(other.renewed_) {}

Process::~Process() {
  if (id_ > 0) {
    kill();
    collect(id_, nullptr, nullptr);
  }
  if (descriptor_ >= 0) close_descriptor(descriptor_);
}

std::optional<ProcessEnd> Process::ended() {
  const auto now = std::chrono::steady_clock::now();
  const std::chrono::duration<double> passed = now - start_, of_limit = now - renewed_;
  if (timeout_seconds_ > 0 && of_limit.count() > timeout_seconds_ && !timed_out_) {
    timed_out_ = true;
    kill();
  }
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
      info.si_pid == 0) {
    return std::nullopt;
  }
  kill();  // what the child itself may have started; before it is collected, while the group's
           // number is still ours
  int status = 0;
  rusage usage{};
  collect(std::exchange(id_, -1), &status, &usage);
  ProcessEnd end;
  if (WIFEXITED(status)) end.status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) end.signal = WTERMSIG(status);
  end.timed_out = timed_out_ && end.signal == SIGKILL;
  end.seconds = passed.count();
  end.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  end.peak_bytes = static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
  return end;
}

void Process::kill() {
  if (id_ > 0) ::kill(-id_, SIGKILL);
}

void wait_for_any(const std::vector<const Process*>& processes, double seconds) {
  std::vector<pollfd> descriptors;
  for (const auto* process : processes) {
    if (process->descriptor() < 0) seconds = std::min(seconds, 0.02);  // look again soon
    descriptors.push_back({process->descriptor(), POLLIN, 0});         // poll ignores -1
  }
  poll(descriptors.data(), descriptors.size(), static_cast<int>(std::ceil(seconds * 1000)));
}

}  // namespace lacuna
