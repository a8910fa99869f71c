// Where planning happens: no process that opens test data has loaded a method.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "helpers.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;

namespace {

json suite_alone() {
  auto suite = tiny_suite();
  for (auto& evaluation : suite["evaluations"]) {
    auto& dataset = evaluation["dataset"];
    if (!dataset.contains("params")) dataset["params"] = json::object();
    dataset["params"]["alone"] = true;
  }
  return suite;
}

}  // namespace

TEST_CASE("Planning opens test data where no method is loaded") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), suite_alone());
  // Here are methods, and the data set says so: the check below can fail.
  for (const auto& cell : lacuna::testing::plan_of(suite).cells)
    CHECK_THAT(cell.reason, ContainsSubstring("a method is loaded beside it"));
  const auto planned = lacuna::testing::lacuna({"plan", suite.string()});
  INFO(planned.output);
  CHECK(planned.status == 0);
  CHECK_THAT(planned.output, ContainsSubstring("tiny: 4 cells, 4 to run"));
}

TEST_CASE("A file that brings a method brings neither a data set nor a metric to a suite") {
  const TemporaryFolder folder;
  const auto complaint = [&](const json& suite) {
    const auto path = write_suite(folder.path(), suite);
    const auto said =
        lacuna::testing::lacuna({"plan", path.string(), "--plugins", RUN_FIXTURES "/mixed"});
    CHECK(said.status == 2);
    return said.output;
  };
  const std::string why = RUN_FIXTURES
      "/mixed/both.so brings the method 'both' as well, which must not be loaded beside test data "
      "(give it a file of its own)\n";
  auto suite = tiny_suite();
  suite["evaluations"][0]["dataset"] = {{"id", "both_data"}};
  CHECK_THAT(complaint(suite), ContainsSubstring("evaluations[0].dataset: 'both_data': " + why));
  suite = tiny_suite();
  suite["requests"][0]["dataset"] = {{"id", "both_data"}};
  CHECK_THAT(complaint(suite), ContainsSubstring("requests[0].dataset: 'both_data': " + why));
  suite = tiny_suite();
  suite["metrics"].push_back("both_metric");
  CHECK_THAT(complaint(suite), ContainsSubstring("metrics[1]: 'both_metric': " + why));
  // As a method it is one like any other.
  suite = tiny_suite();
  suite["methods"].push_back({{"id", "both"}});
  const auto path = write_suite(folder.path(), suite);
  CHECK(
      lacuna::testing::lacuna({"plan", path.string(), "--plugins", RUN_FIXTURES "/mixed"}).status ==
      0);
}

TEST_CASE("A plan leaves nothing behind, and compares with the folder that it is given") {
  const TemporaryFolder folder;
  const auto suite = write_suite(folder.path(), tiny_suite());
  const auto out = folder / "out";
  const auto planned =
      lacuna::testing::lacuna({"plan", suite.string(), "--out", out.string(), "--json"});
  INFO(planned.output);
  REQUIRE(planned.status == 0);
  CHECK_FALSE(std::filesystem::exists(out));
  const auto cells = json::parse(planned.output).at("cells");
  REQUIRE(cells.size() == 4);
  CHECK(cells[0].at("jobs") == json{{"unlearn", 0}, {"predict", 3}, {"score", 1}});
  CHECK(cells[1].at("jobs") == json{{"unlearn", 1}, {"predict", 3}, {"score", 1}});

  const auto only = lacuna::testing::lacuna({"plan", suite.string(), "--only", "label=spy"});
  CHECK_THAT(only.output, ContainsSubstring("tiny: 1 cells, 1 to run; jobs: unlearn, 6 predict, "
                                            "score; 1 of unknown cost"));
  CHECK_THAT(lacuna::testing::lacuna({"plan", suite.string(), "--only", "label=spi"}).output,
             ContainsSubstring("error: --only: label: 'spi': the suite has no such label (did you "
                               "mean 'spy')"));
}
