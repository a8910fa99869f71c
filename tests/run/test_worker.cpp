// Workers, and the command around them: whoever starts them, and with whatever open.
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cerrno>
#include <thread>

#include "helpers.hpp"
#include "run/results/job_failure.hpp"
#include "run/results/run_identity.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// A shell's script with the fixture plugins, in `folder`; its output is in <folder>/log. "$lacuna"
// is the program.
Command script(const fs::path& folder, const std::string& text) {
  auto options = lacuna_process({}, folder / "log");
  options.program = "/bin/sh";
  options.arguments = {"sh", "-c",
                       "cd " + folder.string() + "; lacuna=" LACUNA_PROGRAM "; " + text};
  fs::remove(folder / "log");
  Process process(options);
  const auto end = wait_for(process, 120);
  REQUIRE(end.signal == 0);
  return {end.status, read_file(folder / "log")};
}

json plan_job(const fs::path& folder) {
  json job{{"device", "cpu"},
           {"suite", write_suite(folder, tiny_suite()).string()},
           {"plugins", {RUN_FIXTURES "/others", RUN_FIXTURES "/methods"}},
           {"data", json::array()},
           {"seeds", json::array()},
           {"result", (folder / "result.json").string()},
           {"plan", (folder / "plan.jsonl").string()}};
  write_json(folder / "describe.json", job);
  REQUIRE(script(folder, "\"$lacuna\" worker describe --job describe.json").status == 0);
  job["described"] = read_json(folder / "result.json").at("plugins");
  fs::remove(folder / "result.json");
  return job;
}

json one_cell() {
  auto suite = tiny_suite();
  suite["methods"] = json::array({{{"id", "push"}}});
  return suite;
}

}  // namespace

TEST_CASE("Worker: who starts it does not matter, nor what its descriptor 3 is") {
  const TemporaryFolder folder;
  auto job = plan_job(folder.path());
  job["run"] = run_identity();  // this test's process, which is not the worker's parent
  job["progress"] = (folder / "progress").string();
  write_json(folder / "job.json", job);
  const auto result = script(folder.path(),
                             "exec 3>>three; timeout 60 \"$lacuna\" worker plan --job job.json; "
                             "echo status $?");
  CHECK(result.output == "status 0\n");
  CHECK(read_json(folder / "result.json").at("status") == "ok");
  CHECK(fs::file_size(folder / "three") == 0);
  CHECK_THAT(read_file(folder / "progress"), ContainsSubstring("\"in\":\"tiny\""));
}

TEST_CASE("Worker: one whose run is no more does nothing, and says so") {
  const TemporaryFolder folder;
  auto job = plan_job(folder.path());
  job["run"] = run_identity();
  Process gone({.program = "/bin/true", .arguments = {"true"}});
  job["run"]["process"] = gone.id();
  wait_for(gone);
  write_json(folder / "job.json", job);
  const auto result = script(folder.path(), "\"$lacuna\" worker plan --job job.json");
  CHECK(result.status == 1);
  CHECK(result.output == "worker: the run that started it is no more\n");
  CHECK_FALSE(fs::exists(folder / "result.json"));

  job["run"]["boot"] = "another machine's";  // of which nothing can be known here
  write_json(folder / "job.json", job);
  CHECK(script(folder.path(), "\"$lacuna\" worker plan --job job.json").status == 0);
}

TEST_CASE("Worker: it ends with its run, whoever stands between them") {
  const TemporaryFolder folder;
  auto job = plan_job(folder.path());
  auto suite = tiny_suite();
  suite["evaluations"][1]["dataset"]["params"]["hangs"] = true;
  write_suite(folder.path(), suite);
  Process run({.program = "/bin/sleep", .arguments = {"sleep", "100"}});
  job["run"] = run_identity();
  job["run"]["process"] = run.id();
  job["progress"] = (folder / "progress").string();
  write_json(folder / "job.json", job);
  std::jthread later([&] {  // as soon as it hangs
    for (int i = 0; i < 1000 && !fs::exists(folder / "progress"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    ::kill(run.id(), SIGKILL);
  });
  const auto result =
      script(folder.path(), "timeout 60 \"$lacuna\" worker plan --job job.json; echo status $?");
  CHECK(result.output == "worker: the run that started it is no more\nstatus 1\n");
}

TEST_CASE("Worker: a result that cannot be written is said with the exit status") {
  const TemporaryFolder folder;
  auto job = plan_job(folder.path());
  fs::create_directories(folder / "result.json" / "inside");
  write_json(folder / "job.json", job);
  const auto result =
      script(folder.path(), "\"$lacuna\" worker plan --job job.json; echo status $?");
  CHECK(result.output == "error: " + (folder / "result.json").string() +
                             ": cannot be replaced: Is a directory\nstatus " +
                             std::to_string(unwritten_result + EISDIR) + "\n");
}

TEST_CASE("run: a data set that cannot be opened in time ends the planning, and is named") {
  const TemporaryFolder folder;
  auto suite = one_cell();
  suite["evaluations"][1]["dataset"]["params"]["hangs"] = true;
  write_suite(folder.path(), suite);
  const auto result =
      script(folder.path(), "\"$lacuna\" run suite.json --out out --cell-timeout 6");
  CHECK(result.status == 3);
  CHECK(result.output ==
        "error: plan: still running in 'tiny' after 6 s, stopped (--cell-timeout sets the "
        "limit)\n");
}

TEST_CASE("run: what a data set throws without a name is named") {
  const TemporaryFolder folder;
  auto suite = one_cell();
  suite["evaluations"][1]["dataset"]["params"]["anonymous"] = true;
  write_suite(folder.path(), suite);
  CHECK_THAT(script(folder.path(), "\"$lacuna\" run suite.json --out out").output,
             ContainsSubstring("failed (exception): predict: tiny: thrown\n"));
}

TEST_CASE("run: nobody has to read what it says on the way") {
  const TemporaryFolder folder;
  write_suite(folder.path(), one_cell());
  const auto full = script(folder.path(), "\"$lacuna\" run suite.json --out out 2>/dev/full");
  CHECK(full.status == 0);
  CHECK_THAT(full.output, ContainsSubstring("2 cells: 2 ok, 0 failed"));
  // A pipe whose reader has gone.
  const auto piped = script(folder.path(),
                            "(\"$lacuna\" run suite.json --out piped 2>&1 >/dev/null; echo $? "
                            ">status) | true; while [ ! -s status ]; do sleep 0.1; done; cat "
                            "status");
  CHECK(piped.output == "0\n");
}

TEST_CASE("run: an ignored hang-up stays ignored") {
  const TemporaryFolder folder;
  auto suite = one_cell();
  suite["methods"].push_back({{"id", "faulty"}, {"params", {{"how", "hang"}}}});
  write_suite(folder.path(), suite);
  const auto result =
      script(folder.path(),
             "trap '' HUP; \"$lacuna\" run suite.json --out out --cell-timeout 15 & "
             "sleep 2; kill -HUP $!; wait $!; echo status $?");
  CHECK_THAT(result.output, ContainsSubstring("3 cells: 2 ok, 1 failed"));
  CHECK_THAT(result.output, ContainsSubstring("status 1\n"));
}

TEST_CASE("run: standard descriptors that are closed take nothing into a file of ours") {
  const TemporaryFolder folder;
  write_suite(folder.path(), one_cell());
  CHECK(script(folder.path(), "\"$lacuna\" run suite.json --out out <&- >&- 2>&-").status == 0);
  for (const auto& file : fs::recursive_directory_iterator(folder / "out" / "work"))
    if (file.is_regular_file() && file.path().parent_path().filename() == "locks")
      CHECK(file.file_size() == 0);
}

TEST_CASE("run: an output folder that is none is refused by name") {
  const TemporaryFolder folder;
  write_suite(folder.path(), one_cell());
  auto result = script(folder.path(), "\"$lacuna\" run suite.json --out ''");
  CHECK(result.status == 2);
  CHECK(result.output == "error: --out: is empty (name a folder)\n");
  result = script(folder.path(), "\"$lacuna\" run suite.json --out suite.json");
  CHECK(result.status == 2);
  CHECK(result.output ==
        "error: " + (folder / "suite.json").string() + ": is a file (results need a folder)\n");
  CHECK_FALSE(fs::exists(folder / "unlearn"));
}

TEST_CASE("plan: without a folder of results it looks into none") {
  const TemporaryFolder folder;
  write_suite(folder.path(), one_cell());
  REQUIRE(script(folder.path(), "\"$lacuna\" run suite.json --out .").status == 0);
  CHECK_THAT(script(folder.path(), "\"$lacuna\" plan suite.json --out .").output,
             ContainsSubstring("2 cells, 2 there"));
  CHECK_THAT(
      script(folder.path(), "\"$lacuna\" plan suite.json").output,
      ContainsSubstring("2 cells, 2 to run; jobs: unlearn, 6 predict, 2 score; 2 of unknown cost"));
}
