#include <catch2/catch_test_macros.hpp>

#include "../program.hpp"
#include "report/report.hpp"
#include "sample_results.hpp"
#include "support/files.hpp"

using lacuna::report::make_reports;
using lacuna::report::TableStyle;

TEST_CASE("leaderboard.json follows its schema, and the schema refuses what is wrong") {
  const sample::Folder folder;
  sample::write(folder / "check.py",
                "import json, sys, jsonschema\n"
                "schema, document = (json.load(open(name)) for name in sys.argv[1:])\n"
                "jsonschema.Draft7Validator.check_schema(schema)\n"
                "errors = list(jsonschema.Draft7Validator(schema).iter_errors(document))\n"
                "for error in errors: print(list(error.path), error.message[:200])\n"
                "sys.exit(1 if errors else 0)\n");
  sample::write_results(folder / "results", {.unmatched = true});
  sample::edit(folder / "results/plans/demo.json", [](auto& plan) {
    plan["evaluations"][1]["incomplete"] = "298 of 3,669 pictures, 3 of 37 classes";
  });
  make_reports({folder / "results"}, folder / "report", TableStyle::plain);
  const auto file = folder / "report/leaderboard.json";
  const auto check = [&] {
    return run_shell("python3 " + quote(folder / "check.py") + " " +
                     quote(LACUNA_SOURCE_DIR "/docs/schema/leaderboard.schema.json") + " " +
                     quote(file));
  };
  const auto valid = check();
  INFO(valid.out << valid.err);
  REQUIRE(valid.code == 0);
  const auto evaluations = sample::read(file)["boards"][0]["evaluations"];
  CHECK_FALSE(evaluations[0].contains("incomplete"));
  CHECK(evaluations[1]["incomplete"] == "298 of 3,669 pictures, 3 of 37 classes");

  const auto refused = [&](auto change) {
    const auto before = lacuna::read_file(file);
    sample::edit(file, change);
    const int code = check().code;
    sample::write(file, before);
    return code == 1;
  };
  CHECK(refused([](auto& json) { json["schema_version"] = 2; }));
  CHECK(refused([](auto& json) { json["boards"][0]["rows"][0]["rank"] = 1; }));
  CHECK(refused(
      [](auto& json) { json["boards"][0]["rows"][0]["measures"]["q_u"]["mean"] = nullptr; }));
  CHECK(refused(
      [](auto& json) { json["boards"][0]["rows"][0]["measures"]["forget_fine"]["mean"] = 90.0; }));
  CHECK(refused([](auto& json) { json["boards"][0]["rows"][14]["cells"][0].erase("reason"); }));
}

TEST_CASE("leaderboard.json holds the numbers, their cells and the reasons") {
  const sample::Folder folder;
  sample::write_results(folder / "results", {.unmatched = true});
  sample::write(folder / "results/cells/0123.json", "not planned, so not read");
  make_reports({folder / "results"}, folder / "report", TableStyle::plain);
  const auto json = sample::read(folder / "report/leaderboard.json");
  CHECK(json["unplanned_cells"] == 1);
  const auto& board = json["boards"][0];
  CHECK(board["model"]["name"] == "demo");
  CHECK(board["request"]["concepts"].size() == 10);
  const auto& best = board["rows"][0];
  CHECK(best["label"] == "NHL+KL");
  CHECK(best["method"]["params"]["margin"] == 2);
  const auto& quality = best["measures"]["quality"];
  CHECK(quality["n"] == 3);
  CHECK(quality["values"][0]["key"] == sample::key_of("NHL+KL", 1, true));
  CHECK(quality["values"][0]["value"].get<double>() == 1 - (10 / 500.0) / (467 / 500.0));
  CHECK(best["metrics"]["weight_drift"]["mean"].get<double>() > 0.5);
  CHECK(best["metrics"]["icons/q_u"]["reason"] == "no forget class matched");
  CHECK(board["rows"][14]["cells"][1]["failure"] == "crash");
  CHECK(board["rows"][15]["cells"][0]["status"] == "missing");
}

TEST_CASE("whose counts nothing backs is said, in the text, on the page and in leaderboard.json") {
  const sample::Folder folder;
  sample::write_results(folder / "results", {.gaps = false});
  sample::write_predictions(folder / "results");
  const auto report = [&] {
    return make_reports({folder / "results"}, folder / "report", TableStyle::plain);
  };
  const auto page = [&] { return lacuna::read_file(folder / "report/index.html"); };
  CHECK(report().find("not checked") == std::string::npos);
  CHECK(page().find("not checked") == std::string::npos);
  CHECK(lacuna::read_file(folder / "report/leaderboard.json").find("unchecked") ==
        std::string::npos);
  const auto key = sample::key_of("NHL+KL", 1);
  std::filesystem::remove(folder / ("results/predictions/" + key + ".safetensors"));
  CHECK(report().find("  counts not checked: 1 of 40 results, whose predictions are not there\n") !=
        std::string::npos);
  CHECK(page().find("<dt>Counts not checked</dt><dd>1 of 40 results, whose predictions are not "
                    "there</dd>") != std::string::npos);
  const auto board = sample::read(folder / "report/leaderboard.json")["boards"][0];
  CHECK(board["rows"][0]["cells"][0]["unchecked"] ==
        "predictions/" + key + ".safetensors is missing");
  CHECK_FALSE(board["rows"][0]["cells"][1].contains("unchecked"));
}

TEST_CASE("same results, same bytes, wherever the folders are") {
  const sample::Folder one, two;
  sample::write_results(one / "results");
  sample::write_results(two / "results");
  make_reports({one / "results"}, one / "report", TableStyle::plain);
  make_reports({two / "results"}, two / "report", TableStyle::plain);
  for (const char* name : {"report/leaderboard.json", "report/index.html"}) {
    CHECK(lacuna::read_file(one / name) == lacuna::read_file(two / name));
    CHECK(lacuna::read_file(one / name).find(one.path().string()) == std::string::npos);
  }
}
