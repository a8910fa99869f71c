#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <random>
#include <thread>

#include "helpers.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

ProcessOptions run_in(const fs::path& suite, const fs::path& out, const fs::path& log) {
  return lacuna_process({"run", suite.string(), "--out", out.string(), "--jobs", "2"}, log);
}

double seconds_of(const ProcessOptions& options) {
  Process process(options);
  const auto end = wait_for(process, 150);
  REQUIRE(end.status == 0);
  return end.seconds;
}

// Processes whose command line names a file in `folder`.
std::vector<std::string> processes_on(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "cmdline");
    std::string command((std::istreambuf_iterator<char>(file)), {});
    if (command.find(folder.string()) != std::string::npos)
      out.push_back(entry.path().filename().string() + command);
  }
  return out;
}

bool deserted_soon(const fs::path& folder) {
  for (int i = 0; i < 100; ++i) {
    if (processes_on(folder).empty()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

// Runs until `after` seconds have passed, then takes a signal; false if it was over before, or was
// just ending.
bool interrupted_run(const ProcessOptions& options, double after, int signal, ProcessEnd& end) {
  Process process(options);
  std::this_thread::sleep_for(std::chrono::duration<double>(after));
  if (process.ended()) return false;
  ::kill(process.id(), signal);  // the run alone: its workers have to notice by themselves
  end = wait_for(process);
  return end.signal == signal;
}

}  // namespace

TEST_CASE("Killed at 20 random instants and started again, a run ends with the same bytes") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), tiny_suite());
  const auto whole = seconds_of(run_in(suite, folder / "whole", folder / "log"));
  const auto expected = results_in(folder / "whole");
  // Three unlearnings, twelve predictions of two files each, four metrics with contributions, a
  // plan.
  REQUIRE(expected.size() == 3 + 2 * 12 + 2 * 4 + 1);

  std::mt19937 random(20);  // the seed of the instants; what they hit still differs from run to run
  std::uniform_real_distribution<double> instant(0, whole);
  int kills = 0;
  for (int round = 0; kills < 20; ++round) {
    const auto out = folder / ("killed-" + std::to_string(round));
    const auto options = run_in(suite, out, folder / "log");
    ProcessEnd end;
    for (int i = 0; i < 5 && kills < 20 && interrupted_run(options, instant(random), SIGKILL, end);
         ++i) {
      ++kills;
    }
    seconds_of(options);
    CHECK(results_in(out) == expected);
  }
}

TEST_CASE("Workers die with the run that started them") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "faulty"}, {"params", {{"how", "hang"}}}}};
  const auto out = folder / "out";
  Process process(run_in(write_suite(folder.path(), suite), out, folder / "log"));
  // Until the hanging method runs: it says so in its log.
  bool hangs = false;
  for (int i = 0; i < 1500 && !hangs; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (!fs::exists(out / "logs")) continue;
    for (const auto& file : fs::directory_iterator(out / "logs")) {
      hangs = hangs || read_file(file.path()).find("about to go wrong") != std::string::npos;
    }
  }
  REQUIRE(hangs);
  REQUIRE(processes_on(out).size() >= 2);
  ::kill(process.id(), SIGKILL);
  wait_for(process);
  CHECK(deserted_soon(out));
}

TEST_CASE("Ctrl-C stops the workers, says so, and loses nothing") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"].push_back({{"id", "faulty"}, {"params", {{"how", "hang"}}}});
  const auto out = folder / "out";
  const auto path = write_suite(folder.path(), suite);
  Process process(run_in(path, out, folder / "log"));
  for (int i = 0; i < 1500; ++i) {  // until all but the hanging one are there
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (fs::exists(out / "score") && std::distance(fs::directory_iterator(out / "score"), {}) == 8)
      break;
  }
  ::kill(process.id(), SIGINT);
  CHECK(wait_for(process).status == 130);
  CHECK_THAT(read_file(folder / "log"),
             ContainsSubstring("interrupted: the same command goes on from here"));
  CHECK(deserted_soon(out));
  suite["methods"].erase(3);
  write_suite(folder.path(), suite);
  const auto rest = lacuna::testing::lacuna({"run", path.string(), "--out", out.string()});
  CHECK(rest.status == 0);
  CHECK_THAT(rest.output, ContainsSubstring("(4 were there already)"));
}

TEST_CASE("Two runs in one folder share the work and both end complete") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), tiny_suite());
  seconds_of(run_in(suite, folder / "alone", folder / "log"));
  const auto out = folder / "out";
  Process first(run_in(suite, out, folder / "first"));
  Process second(run_in(suite, out, folder / "second"));
  CHECK(wait_for(first, 150).status == 0);
  CHECK(wait_for(second, 150).status == 0);
  const auto words = read_file(folder / "first") + read_file(folder / "second");
  INFO(words);
  CHECK(results_in(out) == results_in(folder / "alone"));
  // Each cell was announced by exactly one of them.
  for (const auto* name : {"original: ok", "push: ok", "push+kl: ok", "spy: ok"}) {
    const auto at = words.find(name);
    REQUIRE(at != std::string::npos);
    CHECK(words.find(name, at + 1) == std::string::npos);
  }
}
