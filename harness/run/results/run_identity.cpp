#include "run/results/run_identity.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <fstream>
#include <string>
#include <thread>

#include "support/uninterrupted.hpp"

namespace lacuna {
namespace {

std::string boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string process_namespace() {
  char name[64] = "";
  const auto length = readlink("/proc/self/ns/pid", name, sizeof name);
  return length > 0 ? std::string(name, static_cast<std::size_t>(length)) : "";
}

[[noreturn]] void end() {
  constexpr char words[] = "worker: the run that started it is no more\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, words, sizeof words - 1);
  _exit(1);
}

}  // namespace

nlohmann::json run_identity() {
  return {{"boot", boot()}, {"namespace", process_namespace()}, {"process", getpid()}};
}

void end_with_run(const nlohmann::json& identity) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (!identity.is_object() || identity.value("boot", "") != boot() || boot().empty() ||
      identity.value("namespace", "") != process_namespace())
    return;
  const auto run = identity.value("process", 0);
  const auto descriptor = static_cast<int>(syscall(SYS_pidfd_open, run, 0));
  if (descriptor < 0 && errno == ESRCH) end();
  if (descriptor < 0 || getppid() == run) {  // then the signal above is enough
    if (descriptor >= 0) close_descriptor(descriptor);
    return;
  }
  std::thread([descriptor] {
    pollfd run_end{descriptor, POLLIN, 0};
    uninterrupted([&] { return poll(&run_end, 1, -1); });
    end();
  }).detach();
}

}  // namespace lacuna
