#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>

#include "../program.hpp"
#include "sample_results.hpp"

using Catch::Matchers::ContainsSubstring;
using lacuna::report::Status;
using nlohmann::json;
using sample::Sample;

namespace {

// The schema's verdict on a leaderboard: 0 where it follows.
int checked(const json& document) {
  const sample::Folder folder;
  sample::write(folder / "leaderboard.json", document.dump());
  sample::write(folder / "check.py",
                "import json, sys, jsonschema\n"
                "schema, document = (json.load(open(name)) for name in sys.argv[1:])\n"
                "jsonschema.Draft7Validator.check_schema(schema)\n"
                "errors = list(jsonschema.Draft7Validator(schema).iter_errors(document))\n"
                "for error in errors: print(list(error.path), error.message[:200])\n"
                "sys.exit(1 if errors else 0)\n");
  const auto ran = run_shell("python3 " + quote(folder / "check.py") + " " +
                             quote(LACUNA_SOURCE_DIR "/docs/schema/leaderboard.schema.json") + " " +
                             quote(folder / "leaderboard.json"));
  UNSCOPED_INFO(ran.out << ran.err);
  return ran.code;
}

void attack(Sample& sample) {
  for (int seed = 1; seed <= 3; ++seed)
    sample.add_attack("quantise 4", "NHL+KL", seed, [](auto& counts) {
      counts["in_domain"].forget_fine = {90, 500};
    });
  auto& cell = sample.cell("NHL+KL quantise 4", 3);
  cell.status = Status::failed, cell.failure = "crash", cell.reason = "ended with signal 11";
}

}  // namespace

TEST_CASE("leaderboard.json follows its schema, and the schema refuses what is wrong") {
  Sample sample({.unmatched = true});
  sample.plan().evaluations[1].incomplete = "298 of 3,669 pictures, 3 of 37 classes";
  attack(sample);
  sample.plan().credits = {{"method", "npo", "1.0.0", "s", "c", "a", "https://example.org", "MIT"}};
  const auto board = sample::leaderboard(sample.results);
  REQUIRE(checked(board) == 0);
  REQUIRE(checked(sample::leaderboard(Sample({.seeds = 1}).results)) == 0);
  const auto evaluations = board["boards"][0]["evaluations"];
  CHECK_FALSE(evaluations[0].contains("incomplete"));
  CHECK(evaluations[1]["incomplete"] == "298 of 3,669 pictures, 3 of 37 classes");

  const auto refused = [&](const std::function<void(json&)>& change) {
    auto wrong = board;
    change(wrong);
    return checked(wrong) == 1;
  };
  const auto row = [](json& all) -> json& { return all["boards"][0]["rows"][0]; };
  CHECK(refused([](json& all) { all["schema_version"] = 2; }));
  CHECK(refused([](json& all) { all["boards"][0]["credits"][0]["kind"] = "suite"; }));
  CHECK(refused([&](json& all) { row(all)["rank"] = 1; }));
  CHECK(refused([&](json& all) { row(all)["measures"]["q_u"]["mean"] = nullptr; }));
  CHECK(refused([&](json& all) { row(all)["measures"]["forget_fine"]["mean"] = 90.0; }));
  CHECK(refused([](json& all) { all["boards"][0]["rows"][14]["cells"][0].erase("reason"); }));
  CHECK(refused([](json& all) { all["boards"][0]["columns"][0].erase("unit"); }));
  CHECK(refused([&](json& all) { row(all)["attacks"] = 1; }));
}

TEST_CASE("leaderboard.json holds the numbers, their cells and the reasons") {
  Sample sample({.unmatched = true});
  sample.results.unplanned = 1;
  sample::StoredValue value;
  value.metric = "drift", value.name = "weight_drift", value.unit = "l2", value.title = "Drift";
  value.higher_is_better = false;
  sample.add_value(value, [](const auto&) { return 0.75; });
  value.name = "hidden", value.shown = false;
  sample.add_value(value, [](const auto&) { return 0.25; });
  for (auto& [key, cell] : sample.results.cells) {
    if (cell.request.is_object())
      cell.request["retain"] = {{"split", "train"}, {"samples_per_concept", 20}};
  }
  const auto all = sample::leaderboard(sample.results);
  CHECK(all["unplanned_cells"] == 1);
  const auto& board = all["boards"][0];
  CHECK(board["model"]["name"] == "demo");
  CHECK(board["request"]["concepts"].size() == 10);
  CHECK(board["request"]["retain"]["samples_per_concept"] == 20);
  CHECK(board["ranked_by"] == "q_u");
  const auto& best = board["rows"][0];
  CHECK(best["label"] == "NHL+KL");
  CHECK(best["method"]["params"]["margin"] == 2);
  const auto& quality = best["measures"]["quality"];
  CHECK(quality["n"] == 3);
  CHECK(quality["values"][0]["key"] == sample::key_of("NHL+KL", 1));
  CHECK(quality["values"][0]["value"].get<double>() == 1 - (10 / 500.0) / (467 / 500.0));
  CHECK(best["measures"]["weight_drift"]["mean"] == 0.75);
  CHECK(best["metrics"]["hidden"]["mean"] == 0.25);  // no column, so not among the measures
  CHECK_FALSE(best["measures"].contains("hidden"));
  CHECK_THAT(best["measures"]["icons/quality"]["reason"].get<std::string>(),
             ContainsSubstring("icons: forget fine"));
  CHECK(board["original"]["measures"].contains("forget_fine"));
  CHECK_FALSE(board["original"]["measures"].contains("q_u"));
  CHECK(board["rows"][14]["cells"][1]["failure"] == "crash");
  CHECK(board["rows"][15]["cells"][0]["status"] == "missing");
  CHECK_FALSE(best.contains("attacks"));
  const auto column = [&](const std::string& id) {
    for (const auto& one : board["columns"])
      if (one["id"] == id) return one;
    return json();
  };
  CHECK(column("weight_drift") == json{{"id", "weight_drift"},
                                       {"table", ""},
                                       {"group", ""},
                                       {"title", "Drift"},
                                       {"unit", "l2"},
                                       {"higher_is_better", false},
                                       {"help", ""}});
  CHECK(column("zero_shot/letters")["title"] == "Letters");
  CHECK(column("hidden").is_null());
}

TEST_CASE("leaderboard.json says what attacks left, and where one failed") {
  Sample sample;
  attack(sample);
  const auto board = sample::leaderboard(sample.results)["boards"][0];
  nlohmann::json attacked, other;
  for (const auto& row : board["rows"]) {
    if (row["label"] == "NHL+KL") attacked = row;
    if (row["label"] == "NPO+KL") other = row;
  }
  REQUIRE(attacked["attacks"].size() == 1);
  const auto& attack = attacked["attacks"][0];
  CHECK(attack["label"] == "quantise 4");
  CHECK(attack["method"]["params"]["bits"] == 4);
  CHECK(attack["cells"][0]["key"] == sample::key_of("NHL+KL quantise 4", 1));
  CHECK(attack["cells"][2]["reason"] == "ended with signal 11");
  CHECK(attack["measures"]["q_u"]["n"] == 2);
  CHECK(attacked["left"]["values"][0]["value"] == attack["measures"]["q_u"]["values"][0]["value"]);
  CHECK(attacked["left"]["values"][2]["value"] ==
        attacked["measures"]["q_u"]["values"][2]["value"]);
  CHECK(other["attacks"].empty());
  CHECK(other["left"]["mean"] == other["measures"]["q_u"]["mean"]);
  for (const auto& column : board["columns"]) CHECK(column["id"] != "left");
}

TEST_CASE("where the original alone has run, its board is known by name") {
  Sample sample({.seeds = 1});
  for (auto& [key, cell] : sample.results.cells) {
    if (key != sample::key_of("original", 0)) cell = {.key = key};
  }
  sample.cell("original").request = nullptr;
  const auto all = sample::leaderboard(sample.results);
  CHECK(checked(all) == 0);
  CHECK(all["boards"][0]["request"] == json{{"id", "difficult"}});
  CHECK(all["boards"][0]["model"]["hash"].is_string());
}

TEST_CASE("whose numbers nothing backs is said, in the text, on the page and in leaderboard.json") {
  Sample sample({.gaps = false});
  CHECK_THAT(sample::text(sample.results), !ContainsSubstring("not checked"));
  CHECK_THAT(sample::page(sample.results), !ContainsSubstring("not checked"));
  CHECK(sample::leaderboard(sample.results).dump().find("unchecked") == std::string::npos);
  const std::string why = "predict/0123.safetensors is missing";
  sample.cell("NHL+KL").unchecked = why;
  CHECK_THAT(sample::text(sample.results),
             ContainsSubstring(
                 "  counts not checked: 1 of 40 results, whose predictions are not there\n"));
  CHECK_THAT(sample::page(sample.results),
             ContainsSubstring("<dt>Counts not checked</dt><dd>1 of 40 results, whose predictions "
                               "are not there</dd>"));
  const auto board = sample::leaderboard(sample.results)["boards"][0];
  CHECK(board["rows"][0]["cells"][0]["unchecked"] == why);
  CHECK_FALSE(board["rows"][0]["cells"][1].contains("unchecked"));
}
