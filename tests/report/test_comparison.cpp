// Measured beside published: the gate, the difference, whether it is inside the interval.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <functional>

#include "../program.hpp"
#include "report/comparison.hpp"
#include "sample_results.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using nlohmann::json;

namespace {

struct Setup : sample::Sample {
  explicit Setup(
      int seeds = 1, const std::string& table = "kt_table2",
      const std::function<void(json&)>& change = [](json&) {})
      : Sample({.seeds = seeds}) {
    auto content = sample::published_table(table);
    change(content);
    add_published(content);
  }

  // In domain.
  void edit(const std::string& label, int seed,
            const std::function<void(sample::Counts&)>& change) {
    edit_counts(label, seed, [&](auto& counts) { change(counts["in_domain"]); });
  }

  json leaderboard() const { return sample::leaderboard(results)["boards"][0]; }
  std::string page() const { return sample::page(results); }
  std::string text(TableStyle style = TableStyle::plain) const {
    return sample::text(results, style);
  }
  Gate gate() const {
    const auto boards = make_boards(results);
    return compare(boards.at(0)).at(0).gate;
  }
};

json numbers_of(const json& board, const std::string& label) {
  for (const auto& row : board["published"][0]["rows"]) {
    if (row["label"] == label) return row["numbers"];
  }
  FAIL("no row " << label);
  return {};
}

}  // namespace

TEST_CASE("the paper's own counts pass the gate and differ by nothing but errata and rounding") {
  Setup setup;
  CHECK(setup.gate().passed());
  CHECK(setup.gate().exact());
  const auto board = setup.leaderboard();
  CHECK(board["published"][0]["gate"]["state"] == "passed");
  CHECK(board["published"][0]["gate"]["checks"].size() == 6);
  for (const char* label :
       {"GA", "GA+KL", "GDiff", "Relabeling", "ME+GD", "Task vector", "NPO+KL", "NHL+KL"}) {
    const auto numbers = numbers_of(board, label);
    for (const auto& [name, number] : numbers.items()) {
      if (name == "zero_shot") continue;  // made up in the sample
      INFO(label << " " << name);
      const bool counted = name.find('_') != std::string::npos && name != "q_u";
      // A count gives its accuracy; what is made of several is known as it was printed.
      CHECK(number["published"]["from"] == (counted ? "counts" : "print"));
      CHECK_THAT(number["difference"].get<double>(), WithinAbs(0, counted ? 1e-12 : 0.51e-4));
      CHECK(number["inside"] == true);
    }
  }
  const auto zero_shot = numbers_of(board, "NHL+KL")["zero_shot"];
  CHECK(zero_shot["published"]["from"] == "print");
  CHECK(zero_shot["published"]["value"] == 0.8253);
  const auto utility = numbers_of(board, "ME+GD")["utility"]["published"];
  CHECK(utility["printed"] == 0.8869);
  CHECK(utility["erratum"]["kind"] == "typo");
  CHECK_THAT(utility["value"].get<double>(), WithinAbs(0.8669, 1e-12));  // the corrected one
}

TEST_CASE("a difference is inside or outside of the interval of one run's pictures") {
  Setup setup;
  // Published: 10 of 500 and 2428 of 4450.
  setup.edit("NHL+KL", 1, [](auto& counts) { counts.forget_fine = {14, 500}; });
  setup.edit("NPO+KL", 1, [](auto& counts) { counts.forget_fine = {80, 500}; });
  const auto board = setup.leaderboard();
  const auto near = numbers_of(board, "NHL+KL"), far = numbers_of(board, "NPO+KL");
  CHECK_THAT(near["forget_fine"]["difference"].get<double>(), WithinAbs(4 / 500.0, 1e-12));
  CHECK(near["forget_fine"]["inside"] == true);
  CHECK(near["quality"]["inside"] == true);
  CHECK(near["quality"]["further_run"].is_null());
  CHECK_THAT(far["forget_fine"]["difference"].get<double>(), WithinAbs(40 / 500.0, 1e-12));
  CHECK(far["forget_fine"]["inside"] == false);
  CHECK(far["quality"]["inside"] == false);
  CHECK(far["quality"]["difference"].get<double>() < 0);
}

TEST_CASE("several seeds widen the interval to that of a further run") {
  Setup one(1), three(3);
  const auto a = numbers_of(one.leaderboard(), "NHL+KL")["retain_fine"],
             b = numbers_of(three.leaderboard(), "NHL+KL")["retain_fine"];
  CHECK(a["further_run"].is_null());
  CHECK(b["further_run"].get<double>() > 0);
  const auto width = [](const json& it) {
    return it["interval"][1].get<double>() - it["interval"][0].get<double>();
  };
  CHECK(width(b) > width(a));
}

TEST_CASE("the gate lets a picture in five hundred pass, and says what it stopped at") {
  Setup setup;
  const auto with_original = [&](const std::function<void(sample::Counts&)>& change) {
    setup.edit("original", 0, change);
    return setup.gate();
  };
  auto gate = with_original([](auto& counts) { counts.forget_fine = {466, 500}; });
  CHECK(gate.passed());
  CHECK_FALSE(gate.exact());
  CHECK(gate.in_words() ==
        "passed: the original model gets the published counts, within 0.2 % of "
        "the pictures");
  gate = with_original([](auto& counts) {
    counts.forget_fine = {465, 500};
    counts.retain_coarse = {2273, 4450};
  });
  CHECK(gate.in_words() ==
        "failed: the original model's counts are others: forget fine 465 instead "
        "of 467, retain coarse 2,273 instead of 2,264; the model is demo instead "
        "of openai/ViT-L-14");
  CHECK_FALSE(gate.passed());
}

TEST_CASE("behind a failed gate the numbers stand beside each other without a difference") {
  Setup setup;
  setup.edit_all_counts([](auto& counts) {
    counts["in_domain"] = {{9, 20}, {8, 20}, {50, 178}, {60, 178}};
  });
  const auto gate = setup.gate();
  CHECK(gate.in_words() ==
        "failed: miniature data: 198 test pictures instead of 4,950; the model is "
        "demo instead of openai/ViT-L-14");
  const auto board = setup.leaderboard();
  const auto quality = numbers_of(board, "NHL+KL")["quality"];
  CHECK(quality["difference"].is_null());
  CHECK(quality["inside"].is_null());
  CHECK_FALSE(quality["measured"].is_null());
  CHECK_FALSE(quality["published"]["value"].is_null());
  const auto page = setup.page();
  CHECK_THAT(page, ContainsSubstring("Gate failed: miniature data"));
  CHECK_THAT(page, ContainsSubstring("198 test pictures instead of 4,950"));
  CHECK_THAT(page, ContainsSubstring("they are not comparable"));
  CHECK_THAT(page, !ContainsSubstring("class=\"verdict"));
  const auto text = setup.text();
  CHECK_THAT(text, ContainsSubstring("Gate failed: miniature data: 198 test pictures instead of "
                                     "4,950"));
  CHECK_THAT(text, !ContainsSubstring("· difference"));
}

TEST_CASE("other data, other requests, a missing original and nothing published are said") {
  Setup other(1, "kt_table2", [](json& table) {
    table["boards"][0]["dataset"] = "imgnet_dogs";
    table["boards"][0]["samples_per_concept"] = 200;
  });
  CHECK(other.gate().in_words() ==
        "failed: other data: shapes instead of imgnet_dogs; 50 pictures a concept instead of 200; "
        "the model is demo instead of openai/ViT-L-14");

  Setup fewer;
  fewer.cell("GA").fewer_samples = {{"axe", 31}, {"key", 7}};
  CHECK_THAT(fewer.gate().in_words(),
             ContainsSubstring("failed: as few as 7 pictures of a concept were there, of 50"));
  CHECK_THAT(fewer.page(), ContainsSubstring(", 50 images each at most, 7 at the least"));

  Setup halved;
  CHECK_THAT(halved.page(), !ContainsSubstring("Evaluated in"));
  for (const auto* label : {"original", "GA"})
    halved.cell(label).flips["in_domain"] = {.precision = "bfloat16", .n = 1024, .fine = 3};
  CHECK_THAT(halved.page(),
             ContainsSubstring("<dt>Evaluated in</dt><dd>bfloat16 in in_domain (6 of "
                               "2,048 predictions are others in float32)</dd>"));

  Setup missing;
  missing.remove("original");
  CHECK(missing.gate().in_words() == "waiting: the original model: missing: no result file yet");

  Setup open(1, "kt_table2", [](json& table) { table["boards"][0].erase("original"); });
  CHECK(open.gate().state == Gate::State::open);
  CHECK_THAT(open.gate().in_words(), ContainsSubstring("nothing is published of the original"));
  CHECK(numbers_of(open.leaderboard(), "NHL+KL")["quality"]["difference"].is_null());
}

TEST_CASE("a fragment of a table shows what is known, where it is from, and nothing else") {
  Setup setup(1, "kt_table14", [](json& table) {
    table["boards"].erase(0);
    table["boards"][0]["request"] = "difficult";
  });
  const auto board = setup.leaderboard();
  const auto& row = board["published"][0]["rows"][0];
  CHECK(row["provenance"] == "second_hand");
  CHECK(row["numbers"].size() == 2);  // Quality is printed; forget fine follows
  CHECK(row["numbers"]["forget_fine"]["published"]["printed"].is_null());
  CHECK(row["numbers"]["quality"]["inside"] == true);
  CHECK_THAT(setup.page(), ContainsSubstring("Second hand: from a summary of the paper"));
}

TEST_CASE("the report's text holds measured, interval, published and difference") {
  Setup setup(3);
  for (int seed = 1; seed <= 3; ++seed)
    setup.edit("NPO+KL", seed, [](auto& counts) { counts.forget_fine = {80, 500}; });
  const auto text = setup.text();
  for (const char* words :
       {"Beside Table 2 (arXiv 2506.11253), printed by its authors, not measured here.",
        "Gate passed: the original model gets the published counts, exactly.", "· published",
        "· 95 % interval", "· difference", " inside", " outside",
        "* ME+GD, Utility: printed 88.69, 86.69 is right:", "one further run with another seed"})
    CHECK_THAT(text, ContainsSubstring(words));
  const auto markdown = setup.text(TableStyle::markdown);
  CHECK_THAT(markdown, ContainsSubstring("| · published | 88.20 | 2.00 | 48.23\\* | 54.56 |"));
}

TEST_CASE("the published part of leaderboard.json follows the schema, passed or not") {
  Setup passed(3);
  Setup failed(1, "kt_table14", [](json& table) { table["boards"][1]["request"] = "difficult"; });
  for (const auto* setup : {&passed, &failed}) {
    CHECK(setup->leaderboard().contains("published"));
    const sample::Folder folder;
    sample::write(folder / "leaderboard.json", sample::leaderboard(setup->results).dump());
    const auto checked = run_shell(
        "python3 -c 'import json, sys, jsonschema\n"
        "schema, document = (json.load(open(name)) for name in sys.argv[1:])\n"
        "jsonschema.Draft7Validator.check_schema(schema)\n"
        "jsonschema.validate(document, schema)' " +
        quote(LACUNA_SOURCE_DIR "/docs/schema/leaderboard.schema.json") + " " +
        quote((folder / "leaderboard.json").string()));
    INFO(checked.err);
    CHECK(checked.code == 0);
  }
}

TEST_CASE("text of a published table is text on the page") {
  const std::string evil = R"("><script>alert('x')</script><img src=x onerror=alert(1)>)";
  Setup setup(1, "kt_table2", [&](json& table) {
    for (const char* key : {"authors", "title", "reference", "place", "note"})
      table["source"][key] = evil;
    table["model"] = evil;
    table["boards"][0]["rows"][5]["errata"][0]["note"] = evil;
  });
  const auto page = setup.page();
  CHECK(page.find("<script>alert") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  CHECK_THAT(page, ContainsSubstring("&lt;script&gt;alert(&#39;x&#39;)"));
}

TEST_CASE("a printed number is inside where rounding alone keeps it out") {
  const Interval still{.lower = 0.97858672, .upper = 0.97858672};  // no picture moves it
  CHECK_FALSE(still.contains(0.9786));
  CHECK(still.contains(0.9786, 0.5e-4));
  CHECK_FALSE(still.contains(0.9787, 0.5e-4));
}

TEST_CASE("what no picture's contribution says has no interval, and so no verdict") {
  Setup setup(3);
  const auto number = numbers_of(setup.leaderboard(), "NHL+KL")["zero_shot"];
  CHECK_FALSE(number["difference"].is_null());
  CHECK_FALSE(number["further_run"].is_null());
  CHECK(number["pictures"].is_null());
  CHECK(number["interval"].is_null());
  CHECK(number["inside"].is_null());
}
