// One method can never hurt the run: whatever it does to the files, the output and the processes of
// its worker is its own row, and the suite goes on.
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "helpers.hpp"
#include "run/machine/bounded_log.hpp"
#include "run/results/store.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json hostile(const std::string& how, const std::string& text = "", const std::string& label = "") {
  return {{"id", "hostile"},
          {"label", label.empty() ? how : label},
          {"params", {{"how", how}, {"text", text}}}};
}

struct Attacked {
  Command command;
  std::map<std::string, CellResult> cells;
};

// A suite of these methods, and of one that is well-behaved.
Attacked attacked(const TemporaryFolder& folder, std::vector<json> methods,
                  std::vector<std::string> more = {}, bool damaged = false) {
  auto suite = tiny_suite();
  methods.push_back({{"id", "push"}});
  suite["methods"] = std::move(methods);
  std::vector<std::string> arguments{"run", write_suite(folder.path(), suite).string(), "--out",
                                     (folder / "out").string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  Attacked out{lacuna::testing::lacuna(arguments), {}};
  if (!damaged) out.cells = cells_by_label(folder / "out");
  return out;
}

void failed(const Attacked& outcome, const std::string& label, const std::string& reason) {
  INFO(label);
  REQUIRE(outcome.cells.contains(label));
  CHECK(outcome.cells.at(label).status == Status::failed);
  CHECK(outcome.cells.at(label).failure == "crash");
  CHECK_THAT(outcome.cells.at(label).reason, ContainsSubstring(reason));
}

}  // namespace

TEST_CASE("Attack: what a method writes as its progress fails its cell alone") {
  const TemporaryFolder folder;
  const auto out = attacked(folder, {hostile("progress", R"({"loss":1})", "no step"),
                                     hostile("progress", R"([1, {"step": []}])", "no message"),
                                     hostile("nested"), hostile("endless"), hostile("chatter")});
  INFO(out.command.output);
  CHECK(out.command.status == 1);
  CHECK_THAT(out.command.output, ContainsSubstring("7 cells: 2 ok, 5 failed, 0 not applicable ("));
  for (const auto* label : {"no step", "no message", "nested", "endless", "chatter"})
    failed(out, label, "unlearn: ended with status 7 and without a result");
  CHECK(out.cells.at("no step").trajectory.at(0).loss == 1.0);
  CHECK(out.cells.at("chatter").trajectory.size() == 100'000);
  CHECK(out.cells.at("push").status == Status::ok);
}

TEST_CASE("Attack: what a method leaves as its result fails its cell alone") {
  const TemporaryFolder folder;
  const auto out = attacked(
      folder, {hostile("result", "garbage", "garbage"), hostile("result", "{}", "object"),
               hostile("result", "[1]", "list"), hostile("result", R"({"status":"ok"})", "status"),
               hostile("result", R"({"status":"ok","result":{}})", "empty"), hostile("lie"),
               hostile("folder"), hostile("huge")});
  INFO(out.command.output);
  CHECK(out.command.status == 1);
  CHECK_THAT(out.command.output, ContainsSubstring("10 cells: 2 ok, 8 failed, 0 not applicable ("));
  failed(out, "garbage", "unlearn: left no result: ");
  failed(out, "object",
         "unlearn: left no result: 'status' is missing in it (its output is in logs/");
  failed(out, "list", "unlearn: left no result: what it left is no object");
  failed(out, "status", "unlearn: left no result: 'result' is missing in it");
  failed(out, "empty", "unlearn: left no result: result: 'schema_version' is missing");
  failed(out, "lie", "unlearn: left no result: weights.safetensors is not what it says");
  failed(out, "folder", "unlearn: left no result: is a folder (expected a result)");
  failed(out, "huge",
         "unlearn: left no result: is longer than 67108864 bytes (a result is shorter");
  CHECK(out.cells.at("push").status == Status::ok);
  // What was left there does not stop the next run either.
  CHECK_THAT(attacked(folder, {hostile("folder")}, {"--retry-failed"}).command.output,
             ContainsSubstring("3 cells: 2 ok, 1 failed"));
}

TEST_CASE("Attack: a folder where a job's files belong is that cell's row, run after run") {
  const TemporaryFolder folder;
  const std::vector<json> methods{hostile("result folder"), hostile("weights folder")};
  for (int time = 0; time < 2; ++time) {
    const auto out = attacked(folder, methods, {}, /*damaged=*/true);
    INFO(out.command.output);
    CHECK(out.command.status == 1);
    CHECK_THAT(out.command.output,
               ContainsSubstring("4 cells: 2 ok, 2 failed, 0 not applicable ("));
    CHECK_THAT(out.command.output, ContainsSubstring("  failed: result folder: not stored: "));
    CHECK_THAT(out.command.output,
               ContainsSubstring(".json: cannot be replaced: Is a directory\n"));
    CHECK_THAT(out.command.output, ContainsSubstring("  failed: weights folder: not stored: "));
    CHECK_THAT(out.command.output, !ContainsSubstring("filesystem error"));
  }
}

TEST_CASE("Attack: a folder where predictions belong is that cell's row, run after run") {
  const TemporaryFolder folder;
  const auto first = attacked(folder, {});
  INFO(first.command.output);
  REQUIRE(first.command.status == 0);
  const Store store(folder / "out");
  const auto key = planned_by_label(store.folder()).at("push").predict.at("others");
  const auto result = store.result(Step::predict, key), outcome = store.outcome(key);
  for (const auto& place : {result, outcome}) {
    INFO(place);
    fs::remove(result);
    fs::remove(outcome);
    fs::create_directories(place / "inside");
    for (int time = 0; time < 2; ++time) {
      const auto out = attacked(folder, {}, {}, /*damaged=*/true);
      INFO(out.command.output);
      CHECK(out.command.status == 1);
      CHECK_THAT(out.command.output, ContainsSubstring("2 cells: 1 ok, 1 failed, 0 not "
                                                       "applicable (") &&
                                         ContainsSubstring("  failed: push: not stored: ") &&
                                         ContainsSubstring(": Is a directory\n") &&
                                         !ContainsSubstring("filesystem error"));
    }
    fs::remove_all(place);
  }
  CHECK(attacked(folder, {}).command.status == 0);
}

TEST_CASE("Attack: endless output ends in a log of a bounded length") {
  const TemporaryFolder folder;
  const auto out = attacked(folder, {hostile("flood")});
  INFO(out.command.output);
  CHECK(out.command.status == 0);
  const auto log = folder / "out" / "logs" / (out.cells.at("flood").key + ".txt");
  CHECK(fs::file_size(log) < kMostLog + 5000);
  CHECK_THAT(BoundedLog(log).last_line(),
             ContainsSubstring(" bytes more were dropped: a log holds"));
}

TEST_CASE("Attack: a process that a method has detached does not outlive its worker") {
  const TemporaryFolder folder;
  const auto out = attacked(folder, {hostile("detach")}, {"--jobs", "2"});
  INFO(out.command.output);
  CHECK(out.command.status == 0);
  const auto process = std::stoi(read_file(folder / "out" / "detached"));
  CHECK(::kill(process, 0) != 0);
  CHECK(errno == ESRCH);
}

TEST_CASE("Attack: a method that changes its folder writes nowhere else") {
  const TemporaryFolder folder;
  auto suite = tiny_suite();
  suite["methods"] = json::array({hostile("chdir")});
  write_suite(folder.path(), suite);
  Process process([&] {
    auto options = lacuna_process({}, folder / "log");
    options.program = "/bin/sh";
    options.arguments = {
        "sh", "-c",
        "cd " + folder.path().string() + " && exec " LACUNA_PROGRAM " run suite.json --out out"};
    return options;
  }());
  const auto end = wait_for(process, 120);
  INFO(read_file(folder / "log"));
  CHECK(end.status == 0);
  CHECK(cells_by_label(folder / "out").at("chdir").status == Status::ok);
  CHECK(fs::is_empty(folder / "elsewhere"));
}

TEST_CASE("Attack: a hang at the end of the process costs nothing") {
  const TemporaryFolder folder;
  const auto start = std::chrono::steady_clock::now();
  const auto out = attacked(folder, {hostile("exit handler")}, {"--cell-timeout", "60"});
  INFO(out.command.output);
  CHECK(out.command.status == 0);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("Attack: what a method throws is one line of a bounded length, and kept whole") {
  const TemporaryFolder folder;
  const auto out =
      attacked(folder, {hostile("throw", "a\x1b[2J\r\nb", "escapes"), hostile("megabyte")});
  INFO(out.command.output.substr(0, 5000));
  CHECK(out.command.status == 1);
  CHECK(out.command.output.size() < 20'000);
  CHECK_THAT(out.command.output, ContainsSubstring("hostile: a\\x1b[2J\\r\\nb"));
  CHECK_THAT(out.command.output, ContainsSubstring("mmm … (1,048,"));
  CHECK(out.cells.at("megabyte").reason.size() > (1 << 20));
  const auto status = lacuna::testing::lacuna({"status", (folder / "out").string()});
  CHECK(status.output.size() < 10'000);
}

TEST_CASE("Attack: a reason that is not UTF-8 reaches the row and the terminal, readable") {
  const TemporaryFolder folder;
  const auto out = attacked(folder, {hostile("bytes"), {{"id", "stranger"}}});
  INFO(out.command.output);
  CHECK(out.command.status == 1);
  const std::map<std::string, std::string> reasons{
      {"bytes", "unlearn: hostile: out of \uFFFD\uFFFD words"},
      {"stranger", "unlearn: stranger: more \uFFFD: not a weight of this configuration"}};
  for (const auto& [label, reason] : reasons) {
    INFO(label);
    REQUIRE(out.cells.contains(label));
    CHECK(out.cells.at(label).failure == "exception");
    CHECK(out.cells.at(label).reason == reason);
    CHECK_THAT(out.command.output, ContainsSubstring(reason + "\n"));
  }
}
