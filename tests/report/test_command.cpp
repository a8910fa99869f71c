#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "../program.hpp"
#include "sample_results.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

Finished lacuna_report(const std::string& arguments) {
  return run_shell(quote(LACUNA_PROGRAM) + " report " + arguments);
}

}  // namespace

TEST_CASE("lacuna report prints the table and writes the report") {
  const sample::Folder folder;
  const std::string demo = quote(LACUNA_SOURCE_DIR "/results/demo");
  const auto ran = lacuna_report(demo + " --out " + quote(folder / "report"));
  INFO(ran.err);
  REQUIRE(ran.code == 0);
  CHECK_THAT(ran.out, ContainsSubstring("\nOriginal model"));
  CHECK(std::filesystem::exists(folder / "report/index.html"));
  CHECK(std::filesystem::exists(folder / "report/leaderboard.json"));

  const auto markdown = lacuna_report(demo + " --markdown");
  REQUIRE(markdown.code == 0);
  CHECK_THAT(markdown.out, StartsWith("| Method | Forget coarse ↑ |"));
}

TEST_CASE("lacuna report says in one line what is wrong, and exits with 2") {
  const sample::Folder folder;
  const auto missing =
      lacuna_report(quote(folder / "nowhere") + " --out " + quote(folder / "report"));
  CHECK(missing.code == 2);
  CHECK(missing.out.empty());
  CHECK(missing.err == "error: " + (folder / "nowhere").string() + ": no such folder\n");
  CHECK_FALSE(std::filesystem::exists(folder / "report"));
  CHECK(lacuna_report("").code == 2);
}
