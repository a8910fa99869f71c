#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>

#include "lacuna/error.hpp"
#include "report/report.hpp"
#include "sample_results.hpp"
#include "support/files.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using lacuna::report::make_reports;
using lacuna::report::TableStyle;

namespace {

// The message, after checking that it is one line, that it is the user's mistake, and that an old
// report is untouched.
std::string complaint(const sample::Folder& folder) {
  sample::write(folder / "report/index.html", "old");
  try {
    make_reports({folder / "results"}, folder / "report", TableStyle::plain);
  } catch (const lacuna::ConfigError& error) {
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    CHECK(lacuna::read_file(folder / "report/index.html") == "old");
    CHECK_FALSE(std::filesystem::exists(folder / "report/leaderboard.json"));
    return error.what();
  }
  return "no complaint";
}

std::string complaint_about_cell(const std::function<void(nlohmann::json&)>& change) {
  const sample::Folder folder;
  sample::write_results(folder / "results");
  sample::edit(folder / ("results/cells/" + sample::key_of("GA", 1) + ".json"), change);
  return complaint(folder);
}

std::string complaint_about_plan(const std::function<void(nlohmann::json&)>& change) {
  const sample::Folder folder;
  sample::write_results(folder / "results");
  sample::edit(folder / "results/plans/demo.json", change);
  return complaint(folder);
}

}  // namespace

TEST_CASE("a folder that is none, or holds no plan") {
  const sample::Folder folder;
  CHECK_THAT(complaint(folder), EndsWith("results: no such folder"));
  std::filesystem::create_directories(folder / "results/cells");
  CHECK_THAT(complaint(folder),
             EndsWith("results: holds no plans/*.json (give a folder that 'lacuna run' wrote)"));
}

TEST_CASE("a result file that is cut short") {
  const sample::Folder folder;
  sample::write_results(folder / "results");
  const auto file = folder / ("results/cells/" + sample::key_of("GA", 1) + ".json");
  sample::write(file, lacuna::read_file(file).substr(0, 300));
  CHECK_THAT(complaint(folder), ContainsSubstring(sample::key_of("GA", 1) + ".json: line "));
}

TEST_CASE("a result file that does not say what it should") {
  const std::string file = sample::key_of("GA", 1) + ".json: ";
  CHECK_THAT(complaint_about_cell([](auto& json) { json["schema_version"] = 7; }),
             EndsWith(file + "schema_version: this program reads version 1"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["key"] = "abc"; }),
             EndsWith(file + "key: 'abc' is not the file's name"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["status"] = "fine"; }),
             EndsWith(file + "status: 'fine' is no status (ok, failed, not_applicable)"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json.erase("counts"); }),
             EndsWith(file + "'counts' is missing"));
  CHECK_THAT(
      complaint_about_cell([](auto& json) { json["counts"]["letters"]["all"]["fine"] = {1}; }),
      EndsWith(file + "counts.letters.all.fine: is no [correct, n] pair"));
  CHECK_THAT(complaint_about_cell([](auto& json) {
               json["counts"]["letters"]["all"]["fine"] = {3, 2};
             }),
             EndsWith(file + "counts.letters.all.fine: correct is outside 0..n"));
  CHECK_THAT(complaint_about_cell([](auto& json) {
               json["counts"]["letters"]["all"]["fine"] = {1.5, 2};
             }),
             EndsWith(file + "counts.letters.all.fine.0: is no whole number"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["counts"] = 3; }),
             EndsWith(file + "counts: is no object"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["metrics"][0]["value"] = "high"; }),
             EndsWith(file + "metrics.0.value: is no number"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["metrics"][1]["reason"] = ""; }),
             EndsWith(file + "metrics.1: has neither a value nor a reason"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["metrics"][0]["higher_is_better"] = 1; }),
             EndsWith(file + "metrics.0.higher_is_better: is neither true nor false"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json["trajectory"]["steps"] = 5; }),
             EndsWith(file + "trajectory.steps: is no array"));
  CHECK_THAT(complaint_about_cell([](auto& json) { json = nlohmann::json::array(); }),
             EndsWith(file + "is no object"));
}

TEST_CASE("several damaged results are counted, and status names them") {
  const sample::Folder folder;
  sample::write_results(folder / "results");
  for (const int seed : {1, 2, 3}) {
    sample::edit(folder / ("results/cells/" + sample::key_of("GA", seed) + ".json"),
                 [](auto& json) {
                   json["counts"]["letters"]["all"]["fine"] = {1, 520.5};
                 });
  }
  CHECK_THAT(complaint(folder), ContainsSubstring("counts.letters.all.fine.1: is no whole number; "
                                                  "and 2 more results like it (lacuna status ") &&
                                    EndsWith("results names them)"));
}

TEST_CASE("a plan that does not say what it should") {
  CHECK_THAT(complaint_about_plan([](auto& json) { json["suite"]["name"] = 1; }),
             EndsWith("plans/demo.json: suite.name: is no string"));
  CHECK_THAT(complaint_about_plan([](auto& json) { json["cells"][2]["key"] = "../../x"; }),
             EndsWith("plans/demo.json: cells.2.key: is no key (letters, digits, '-' and '_')"));
  CHECK_THAT(complaint_about_plan([](auto& json) { json["cells"][2]["seed"] = -1; }),
             EndsWith("plans/demo.json: cells.2.seed: is negative"));
  CHECK_THAT(complaint_about_plan([](auto& json) { json["evaluations"][0]["role"] = "guest"; }),
             EndsWith("plans/demo.json: evaluations.0.role: 'guest' is no role (in_domain, "
                      "zero_shot, out_of_domain)"));
}

TEST_CASE("several folders get a report each, unless one would replace the other") {
  const sample::Folder folder;
  sample::write_results(folder / "a/demo", {.seeds = 1});
  sample::write_results(folder / "b/demo", {.seeds = 1});
  sample::write_results(folder / "b/other", {.seeds = 1});
  CHECK_THROWS_WITH(
      make_reports({folder / "a/demo", folder / "b/demo"}, folder / "reports", TableStyle::plain),
      ContainsSubstring("b/demo: its report would replace that of "));
  CHECK_FALSE(std::filesystem::exists(folder / "reports"));
  make_reports({folder / "a/demo", folder / "b/other/"}, folder / "reports", TableStyle::plain);
  CHECK(std::filesystem::exists(folder / "reports/demo/index.html"));
  CHECK(std::filesystem::exists(folder / "reports/other/leaderboard.json"));
}
