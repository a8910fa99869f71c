#include <signal.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "helpers.hpp"
#include "lacuna/error.hpp"
#include "run/machine/machine.hpp"
#include "support/cores.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;

namespace {

ProcessOptions shell(const std::string& script) {
  return {.program = "/bin/sh", .arguments = {"sh", "-c", script}};
}

// Whether it runs: one that has ended may stay listed until its parent, here the system's first
// process, looks.
bool runs(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string stat;
  std::getline(file, stat);
  const auto name_end = stat.rfind(')');
  return name_end != std::string::npos && stat.at(name_end + 2) != 'Z';
}

bool gone_soon(pid_t process) {
  for (int i = 0; i < 500 && runs(process); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  return !runs(process);
}

}  // namespace

TEST_CASE("Several workers share a GPU only when they are asked for") {
  CHECK(workers_at_a_time(0, "cpu") == available_cores());
  CHECK(workers_at_a_time(0, "cuda") == 1);
  CHECK(workers_at_a_time(0, "cuda:1") == 1);
  CHECK(workers_at_a_time(3, "cuda:1") == 3);
  CHECK(workers_at_a_time(3, "cpu") == 3);
}

TEST_CASE("A process tells how it ended") {
  Process fine(shell("exit 0")), bad(shell("exit 7")), shot(shell("kill -SEGV $$"));
  CHECK(wait_for(fine).status == 0);
  CHECK(wait_for(bad).status == 7);
  const auto end = wait_for(shot);
  CHECK(end.signal == SIGSEGV);
  CHECK_FALSE(end.timed_out);
}

TEST_CASE("A process is measured") {
  Process busy(shell("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done"));
  const auto end = wait_for(busy);
  CHECK(end.cpu_seconds > 0.01);
  CHECK(end.seconds >= 0.9 * end.cpu_seconds);
  CHECK(end.peak_bytes > 100'000);
}

TEST_CASE("Output goes to the log, after what is there; input is empty") {
  const TemporaryFolder folder;
  auto options = shell("cat; echo to stdout; echo to stderr >&2");
  options.log = folder / "log";
  for (int i = 0; i < 2; ++i) {
    Process process(options);
    wait_for(process);
  }
  CHECK(read_file(folder / "log") == "to stdout\nto stderr\nto stdout\nto stderr\n");
}

TEST_CASE("The environment is ours but for the changes") {
  const TemporaryFolder folder;
  setenv("LACUNA_TEST_KEPT", "kept", 1);
  setenv("LACUNA_TEST_REMOVED", "removed", 1);
  auto options = shell("echo $LACUNA_TEST_KEPT ${LACUNA_TEST_REMOVED-unset} $LACUNA_TEST_SET");
  options.environment = {{"LACUNA_TEST_REMOVED", std::nullopt}, {"LACUNA_TEST_SET", "set"}};
  options.log = folder / "log";
  Process process(options);
  wait_for(process);
  CHECK(read_file(folder / "log") == "kept unset set\n");
}

TEST_CASE("A process whose time is over is killed with all it started") {
  const TemporaryFolder folder;
  auto options = shell("sleep 100 & echo $!; sleep 100");
  options.timeout_seconds = 0.3;
  options.log = folder / "log";
  Process process(options);
  const auto start = std::chrono::steady_clock::now();
  const auto end = wait_for(process);
  CHECK(end.timed_out);
  CHECK(end.signal == SIGKILL);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  CHECK(gone_soon(std::stoi(read_file(folder / "log"))));
}

TEST_CASE("A process that ends leaves nothing of its group behind") {
  const TemporaryFolder folder;
  auto options = shell("sleep 100 & echo $!");
  options.log = folder / "log";
  Process process(options);
  wait_for(process);
  CHECK(gone_soon(std::stoi(read_file(folder / "log"))));
}

TEST_CASE("One wakes as soon as a process ends") {
  Process process(shell("sleep 0.2"));
  const auto start = std::chrono::steady_clock::now();
  if (process.descriptor() < 0) SKIP("this system has no pidfd_open");
  wait_for_any({&process}, 60);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  CHECK(wait_for(process).status == 0);
}

TEST_CASE("An ignored hang-up stays ignored by what is started") {
  const TemporaryFolder folder;
  auto options = shell("kill -HUP $$; echo alive");
  options.log = folder / "log";
  const auto before = signal(SIGHUP, SIG_IGN);
  Process process(options);
  wait_for(process);
  signal(SIGHUP, before);
  CHECK(read_file(folder / "log") == "alive\n");
}

TEST_CASE("A process object that goes away takes the process along") {
  pid_t id = 0;
  {
    Process process(shell("sleep 100"));
    id = process.id();
    CHECK(runs(id));
  }
  CHECK(gone_soon(id));
}

TEST_CASE("A time limit can begin anew: for the next job of a process") {
  Process process({.program = "/bin/sleep", .arguments = {"sleep", "6"}, .timeout_seconds = 5});
  std::this_thread::sleep_for(std::chrono::milliseconds(3000));
  REQUIRE_FALSE(process.ended());
  process.renew_time();
  const auto end = wait_for(process);
  CHECK_FALSE(end.timed_out);
  CHECK(end.status == 0);
  CHECK(end.seconds >= 5.5);
}

TEST_CASE("A program that does not exist is one clear line") {
  CHECK_THROWS_WITH(Process({.program = "/no/such/program", .arguments = {"x"}}),
                    "/no/such/program: cannot be started: No such file or directory");
}
