// Results folders as a report gets them, and folders that it refuses.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"
#include "made_results.hpp"
#include "report/load.hpp"
#include "report/report.hpp"
#include "run/results/store.hpp"
#include "support/files.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using lacuna::report::load_results;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

json suite_of_three() {
  auto suite = tiny_suite();
  suite["methods"] = {{{"id", "push"}}};
  suite["seeds"] = {1, 2, 3};
  suite["metrics"] = {"accuracy"};
  suite["attacks"] = {{{"id", "closed_form"}, {"label", "shrink"}}};
  return suite;
}

Plan make(const fs::path& folder, const fs::path& out, const json& suite) {
  auto plan = lacuna::testing::plan_of(write_suite(folder, suite));
  make_results(out, plan);
  return plan;
}

template <class Change>
void edit(const fs::path& path, const Change& change) {
  auto content = read_json(path);
  change(content);
  write_json(path, content);
}

}  // namespace

TEST_CASE("A report gets every planned cell, its original and what it attacks") {
  const TemporaryFolder folder;
  const auto plan = make(folder.path(), folder / "out", suite_of_three());
  const auto results = load_results(folder / "out");
  REQUIRE(results.plans.size() == 1);
  const auto& loaded = results.plans[0];
  CHECK(loaded.title == "Squares");
  REQUIRE(loaded.cells.size() == 6);
  REQUIRE(loaded.originals.size() == 1);
  CHECK(loaded.originals[0].evaluations.empty());
  CHECK(results.cells.size() == 7);
  for (const auto& cell : loaded.cells) {
    CHECK(cell.original == loaded.originals[0].key);
    CHECK(results.cells.at(cell.key).status == Status::ok);
    CHECK(results.cells.at(cell.key).values.at(0).per_sample.size() == 24);
    CHECK(cell.attack.empty() == cell.attacked.empty());
    if (!cell.attack.empty()) CHECK(cell.attack == "shrink");
  }
  CHECK(loaded.cells[1].attacked == loaded.cells[0].key);
  CHECK(loaded.evaluations.at(2).role == Role::out_of_domain);
  CHECK(loaded.board.rank == "q_u");
  CHECK(results.unplanned == 0);
  write_json(folder / "out/predict/0123.json", json::object());
  CHECK(load_results(folder / "out").unplanned == 1);
}

TEST_CASE("Suites that evaluate one model differently have a cell each") {
  const TemporaryFolder folder;
  auto suite = suite_of_three();
  const auto first = make(folder.path(), folder / "out", suite);
  suite["name"] = "wider";
  suite["evaluations"].erase(1);
  auto more = suite["requests"][0];
  more["id"] = "in_domain_only";
  more["evaluations"] = {"in_domain"};
  suite["requests"].push_back(more);
  make(folder.path(), folder / "out", suite);
  const auto results = load_results(folder / "out");
  REQUIRE(results.plans.size() == 2);
  const auto &tiny = results.plans[0], &wider = results.plans[1];
  CHECK(wider.cells[0].key == tiny.cells[0].key + "-2");
  CHECK(wider.cells[0].original == wider.originals[0].key);
  CHECK(wider.originals[0].key == tiny.originals[0].key + "-2");
  CHECK(wider.originals[1].key == tiny.originals[0].key + "-3");
  CHECK(wider.originals[1].evaluations == std::vector<std::string>{"in_domain"});
  CHECK(wider.cells[1].attacked == wider.cells[0].key);
  CHECK(results.cells.at(tiny.cells[0].key).evaluations.size() == 3);
  CHECK(results.cells.at(wider.cells[0].key).evaluations.size() == 2);
  for (const auto& plan : results.plans)
    for (const auto& cell : plan.cells) CHECK(results.cells.contains(cell.original));
}

TEST_CASE("A folder that is none, or holds no plan, is refused") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(load_results(folder / "out"), EndsWith("out: no such folder"));
  fs::create_directories(folder / "out/unlearn");
  CHECK_THROWS_WITH(load_results(folder / "out"),
                    EndsWith("out: holds no plans/*.json (give a folder that 'lacuna run' wrote)"));
}

TEST_CASE("One damaged result refuses the folder, and the others are counted") {
  const TemporaryFolder folder;
  const auto out = folder / "out";
  const auto plan = make(folder.path(), out, suite_of_three());
  const auto damage = [&](std::size_t cell) {
    edit(Store(out).result(Step::unlearn, plan.cells[cell].key),
         [](json& it) { it["trajectory"]["steps"] = 5; });
  };
  damage(1);
  CHECK_THROWS_WITH(load_results(out),
                    ContainsSubstring(plan.cells[1].key + ".json: trajectory.steps: "));
  damage(3);
  damage(5);
  CHECK_THROWS_WITH(load_results(out),
                    ContainsSubstring("; and 2 more results like it (lacuna status ") &&
                        EndsWith("out names them)"));
}

TEST_CASE("An old report stays where the results are refused") {
  const TemporaryFolder folder;
  const auto out = folder / "out";
  make(folder.path(), out, suite_of_three());
  write_file_atomically(folder / "report/index.html", "old");
  edit(out / "plans/tiny.json", [](json& it) { it["suite"]["name"] = 1; });
  CHECK_THROWS_WITH(report::make_reports({out}, folder / "report", report::TableStyle::plain),
                    ContainsSubstring("plans/tiny.json: suite.name: "));
  CHECK(read_file(folder / "report/index.html") == "old");
  CHECK_FALSE(fs::exists(folder / "report/leaderboard.json"));
}

TEST_CASE("Several folders get a report each, unless one would replace the other") {
  const TemporaryFolder folder;
  auto suite = suite_of_three();
  suite["seeds"] = {1};
  for (const auto* out : {"a/demo", "b/demo", "b/other"}) make(folder.path(), folder / out, suite);
  using report::make_reports, report::TableStyle;
  CHECK_THROWS_WITH(
      make_reports({folder / "a/demo", folder / "b/demo"}, folder / "reports", TableStyle::plain),
      ContainsSubstring("b/demo: its report would replace that of "));
  CHECK_FALSE(fs::exists(folder / "reports"));
  make_reports({folder / "a/demo", folder / "b/other/"}, folder / "reports", TableStyle::plain);
  CHECK(fs::exists(folder / "reports/demo/index.html"));
  CHECK(fs::exists(folder / "reports/other/leaderboard.json"));
}
