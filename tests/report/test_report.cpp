// What `lacuna report` writes where.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <regex>

#include "lacuna/error.hpp"
#include "report/report.hpp"
#include "sample_results.hpp"
#include "support/files.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
using sample::Sample;
namespace fs = std::filesystem;

namespace {

Results in_folder(const fs::path& folder, const sample::Options& options = {.seeds = 1}) {
  auto results = Sample(options).results;
  results.folder = folder;
  return results;
}

}  // namespace

TEST_CASE("several folders get a page that leads to their pages") {
  const sample::Folder folder;
  const sample::Options options{.title = "One <title>"};
  const std::vector all{in_folder(folder / "results/a", options),
                        in_folder(folder / "results/b", options)};
  make_reports(all, folder / "reports", TableStyle::plain);
  const std::string page = lacuna::read_file(folder / "reports/index.html");
  const std::regex pattern(" href=\"([^\"#]*)");
  for (std::sregex_iterator it(page.begin(), page.end(), pattern), end; it != end; ++it) {
    const std::string link = (*it)[1];
    if (link.starts_with("data:")) continue;
    INFO(link);
    CHECK(fs::is_regular_file(folder.path() / "reports" / link));
  }
  CHECK_THAT(page, ContainsSubstring("<a href=\"a/index.html\">One &lt;title&gt;</a>"));
  CHECK_THAT(page, ContainsSubstring("In <code>b</code>"));  // told apart by their folders
  CHECK_THAT(page, ContainsSubstring("first: NHL+KL, Q-U 9"));
}

TEST_CASE("several folders get a report each, unless one would replace another or the index") {
  const sample::Folder folder;
  const auto report = [&](const char* one, const char* other) {
    return make_reports(std::vector{in_folder(folder / one), in_folder(folder / other)},
                        folder / "reports", TableStyle::plain);
  };
  CHECK_THROWS_WITH(report("a/demo", "b/demo"),
                    ContainsSubstring("b/demo: its report would replace that of "));
  CHECK_THROWS_WITH(report("a/demo", "index.html"),
                    ContainsSubstring("its report would lie where the index is"));
  CHECK_FALSE(fs::exists(folder / "reports"));
  report("a/demo", "b/other/");
  CHECK(fs::exists(folder / "reports/demo/index.html"));
  CHECK(fs::exists(folder / "reports/other/leaderboard.json"));
}

TEST_CASE("same results, same bytes, wherever the folders are") {
  const sample::Folder one, two;
  for (const auto* folder : {&one, &two})
    make_reports(std::vector{in_folder(*folder / "results/demo", {})}, *folder / "report",
                 TableStyle::plain);
  for (const char* name : {"report/leaderboard.json", "report/index.html"}) {
    CHECK(lacuna::read_file(one / name) == lacuna::read_file(two / name));
    CHECK(lacuna::read_file(one / name).find(one.path().string()) == std::string::npos);
  }
}
