// What the machine did is no result of a method: it is said, nothing is stored, and the next run
// runs it.
#include <signal.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

// `lacuna <arguments>` with system calls that fail as fixtures/faults.cpp says.
Command faulty_command(const std::vector<std::string>& arguments, const std::string& fault,
                       const fs::path& log) {
  auto options = lacuna_process(arguments, log);
  options.environment["LD_PRELOAD"] = RUN_FIXTURES "/faults.so";
  options.environment["LACUNA_FAULT"] = fault;
  fs::remove(log);
  Process process(options);
  const auto end = wait_for(process, 120);
  REQUIRE(end.signal == 0);
  return {end.status, read_file(log)};
}

Command faulty_run(const fs::path& suite, const fs::path& out, const std::string& fault,
                   const fs::path& log) {
  return faulty_command({"run", suite.string(), "--out", out.string()}, fault, log);
}

json one_method() {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  return suite;
}

}  // namespace

TEST_CASE("Shortage: without space nothing is stored as a result, and the next run makes it good") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), one_method());
  REQUIRE(lacuna::testing::lacuna({"run", suite.string(), "--out", (folder / "good").string()})
              .status == 0);
  const auto expected = results_in(folder / "good");
  // Where it happens, how many of the two cells it keeps from being run, and of how many all but
  // the metrics is stored.
  const auto [file, lost, stored] =
      GENERATE(table<std::string, int, int>({{"weights.safetensors", 1, 1},
                                             {"result.json", 2, 0},
                                             {"order.job.json", 2, 0},
                                             {"outcome.safetensors", 2, 0},
                                             {"per_sample.safetensors", 2, 2},
                                             {"/work/sets/", 1, 1},
                                             {"/records/", 2, 0},
                                             {"/unlearn/.", 1, 1},
                                             {"/predict/.", 2, 0},
                                             {"/score/.", 2, 2}}));
  INFO(file);
  const auto out = folder / "out";
  const auto result = faulty_run(suite, out, "ENOSPC fsync " + file, folder / "log");
  INFO(result.output);
  CHECK(result.status == 1);
  CHECK_THAT(result.output,
             ContainsSubstring(std::to_string(2 - lost) + " ok, 0 failed, 0 not applicable, " +
                               std::to_string(lost) + " not run ("));
  CHECK_THAT(result.output, ContainsSubstring("No space left on device\n"));
  CHECK_THAT(result.output, ContainsSubstring("  not run: push: "));
  CHECK(cells_by_label(out).size() == static_cast<std::size_t>(stored));

  const auto again = lacuna::testing::lacuna({"run", suite.string(), "--out", out.string()});
  INFO(again.output);
  CHECK(again.status == 0);
  CHECK(results_in(out) == expected);
}

TEST_CASE("Shortage: a worker that the system killed is run again by the next run") {
  const TemporaryFolder folder;
  auto suite = one_method();
  suite["methods"].push_back({{"id", "faulty"}, {"params", {{"how", "killed"}}}});
  const auto path = write_suite(folder.path(), suite);
  const std::vector<std::string> command{"run", path.string(), "--out", (folder / "out").string()};
  for (const auto* cached : {"(0 were", "(2 were"}) {
    const auto result = lacuna::testing::lacuna(command);
    INFO(result.output);
    CHECK(result.status == 1);
    CHECK_THAT(result.output, ContainsSubstring("3 cells: 2 ok, 0 failed, 0 not applicable, 1 not "
                                                "run " +
                                                std::string(cached)));
    CHECK_THAT(result.output, ContainsSubstring("not run: faulty: unlearn: killed by signal 9, "
                                                "which this run did not send"));
    CHECK_FALSE(cells_by_label(folder / "out").contains("faulty"));
  }
}

TEST_CASE("Shortage: interrupted system calls are made again") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), one_method());
  const std::string calls = GENERATE("read", "all");
  INFO(calls);
  const auto result = faulty_run(suite, folder / "out",
                                 "EINTR " + calls + " " + folder.path().string(), folder / "log");
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring("2 cells: 2 ok, 0 failed"));
}

TEST_CASE("Shortage: an interrupted look at the beginning of a picture still tells its kind") {
  const TemporaryFolder folder;
  // One red pixel.
  const std::string header("BM\72\0\0\0\0\0\0\0\66\0\0\0\50\0\0\0\1\0\0\0\1\0\0\0\1\0\30\0", 30);
  const auto bmp = header + std::string(26, '\0') + "\xff" + '\0';
  for (const auto* file : {"a/1.bmp", "b/1.bmp"})
    write_file_atomically(folder / "pictures/test" / file, bmp);
  const auto params = json{{"root", (folder / "pictures").string()}}.dump();
  const auto result = faulty_command({"data", "check", "image_folder", "--params", params},
                                     "EINTR read /pictures/", folder / "log");
  CHECK_THAT(result.output, ContainsSubstring("note: files: 2 BMP\n"));
}

TEST_CASE("Shortage: a disk without locks will do") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), one_method());
  const auto result =
      faulty_run(suite, folder / "out", "ENOSYS flock /work/locks/", folder / "log");
  INFO(result.output);
  CHECK(result.status == 0);
  CHECK_THAT(result.output, ContainsSubstring("2 cells: 2 ok, 0 failed"));
}

TEST_CASE("Shortage: a plan that cannot be made for want of space says so, and stores no failure") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), one_method());
  const auto result = faulty_run(suite, folder / "out", "ENOSPC fsync plan.json", folder / "log");
  INFO(result.output);
  CHECK(result.status == 3);
  CHECK_THAT(
      result.output,
      ContainsSubstring("error: plan: its result cannot be written: No space left on device"));
}
