#include "run/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <utility>

#include "lacuna/error.hpp"

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

}  // namespace

Process::Process(const ProcessOptions& options) : timeout_seconds_(options.timeout_seconds) {
  auto arguments = options.arguments;
  auto environment = merged_environment(options.environment);
  int pipe_ends[2];
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) {
    throw Error(
        fmt::format("{}: cannot be started: {}", options.program.string(), std::strerror(errno)));
  }
  // dup2 onto itself would keep close-on-exec set, and the child would start without its pipe.
  if (pipe_ends[1] == progress_descriptor) {
    const int moved = fcntl(pipe_ends[1], F_DUPFD_CLOEXEC, progress_descriptor + 1);
    close(pipe_ends[1]);
    pipe_ends[1] = moved;
  }

  SpawnSetup setup;
  const auto log = options.log.empty() ? std::string("/dev/null") : options.log.string();
  posix_spawn_file_actions_addopen(&setup.files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&setup.files, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0644);
  posix_spawn_file_actions_adddup2(&setup.files, 1, 2);
  posix_spawn_file_actions_adddup2(&setup.files, pipe_ends[1], progress_descriptor);

  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&setup.attributes, &none);
  posix_spawnattr_setsigdefault(&setup.attributes, &all);
  posix_spawnattr_setpgroup(&setup.attributes, 0);
  posix_spawnattr_setflags(&setup.attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  start_ = std::chrono::steady_clock::now();
  const int error = posix_spawn(&id_, options.program.c_str(), &setup.files, &setup.attributes,
                                pointers(arguments).data(), pointers(environment).data());
  close(pipe_ends[1]);
  if (error != 0) {
    close(pipe_ends[0]);
    throw Error(
        fmt::format("{}: cannot be started: {}", options.program.string(), std::strerror(error)));
  }
  descriptor_ = pipe_ends[0];
  fcntl(descriptor_, F_SETFL, O_NONBLOCK);
}

Process::Process(Process&& other) noexcept
    : id_(std::exchange(other.id_, -1)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      buffer_(std::move(other.buffer_)),
      timeout_seconds_(other.timeout_seconds_),
      timed_out_(other.timed_out_),
      start_(other.start_) {}

Process::~Process() {
  if (id_ > 0) {
    kill();
    waitpid(id_, nullptr, 0);
  }
  if (descriptor_ >= 0) close(descriptor_);
}

std::vector<std::string> Process::lines() {
  char chunk[65536];
  while (descriptor_ >= 0) {
    const auto n = read(descriptor_, chunk, sizeof chunk);
    if (n > 0) {
      buffer_.append(chunk, static_cast<std::size_t>(n));
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
      break;
    } else {
      close(std::exchange(descriptor_, -1));
    }
  }
  std::vector<std::string> out;
  std::size_t begin = 0;
  for (auto end = buffer_.find('\n'); end != std::string::npos; end = buffer_.find('\n', begin)) {
    out.push_back(buffer_.substr(begin, end - begin));
    begin = end + 1;
  }
  buffer_.erase(0, begin);
  return out;
}

std::optional<ProcessEnd> Process::ended() {
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
  if (timeout_seconds_ > 0 && passed.count() > timeout_seconds_ && !timed_out_) {
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
  wait4(std::exchange(id_, -1), &status, 0, &usage);
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
    // It has closed its pipe, as every child does when it ends: look again soon.
    if (process->descriptor() < 0) seconds = std::min(seconds, 0.002);
    descriptors.push_back({process->descriptor(), POLLIN, 0});  // poll ignores -1
  }
  poll(descriptors.data(), descriptors.size(), static_cast<int>(std::ceil(seconds * 1000)));
}

}  // namespace lacuna
