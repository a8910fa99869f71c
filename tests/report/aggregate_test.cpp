#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "report/table.hpp"
#include "report/text_table.hpp"
#include "sample_results.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;

namespace {

const Row& row(const Board& board, const std::string& label) {
  for (const auto& one : board.rows) {
    if (one.label == label) return one;
  }
  FAIL("no row " << label);
  return board.rows.front();
}

double percent_of(const Row& row, const std::string& id, std::size_t seed_index) {
  return 100 * row.measures.at(id).values.at(seed_index).value;
}

}  // namespace

TEST_CASE("counts of the paper's table give the paper's scores") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  REQUIRE(boards.size() == 1);
  struct Printed {
    const char* label;
    double quality, utility, q_u;
  };
  // Exact values behind Table 2 (knowledge-tracing paper), its misprints corrected.
  for (const Printed& paper :
       {Printed{"GA", 100, 6.295558, 11.845383}, Printed{"NHL+KL", 97.858672, 92.674714, 95.196},
        Printed{"GA+KL", 96.79, 75.26, 84.68}, Printed{"ME+GD", 43.04, 86.69, 57.52}}) {
    INFO(paper.label);
    const Row& measured = row(boards[0], paper.label);
    CHECK_THAT(percent_of(measured, "quality", 0), WithinAbs(paper.quality, 0.005));
    CHECK_THAT(percent_of(measured, "utility", 0), WithinAbs(paper.utility, 0.005));
    CHECK_THAT(percent_of(measured, "q_u", 0), WithinAbs(paper.q_u, 0.006));
    CHECK_FALSE(measured.measures.at("q_u").sd());
  }
}

TEST_CASE("scores are computed a seed and averaged after; the spread is the sample's") {
  const sample::Folder folder;
  sample::write_results(folder.path());
  const auto edit_counts = [&](int seed, int correct) {
    sample::edit_counts(folder.path() / "cells" / (sample::key_of("NHL+KL", seed) + ".json"),
                        [&](auto& counts) {
                          counts["in_domain"]["forget"]["fine"] = {correct, 500};
                        });
  };
  edit_counts(1, 467);  // nothing forgotten: Q = 0, so Q-U = 0
  edit_counts(2, 0);    // all forgotten: Q = 1
  edit_counts(3, 0);
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const auto& measures = row(boards.at(0), "NHL+KL").measures;
  CHECK_THAT(measures.at("quality").mean(), WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(measures.at("quality").sd().value(), WithinAbs(0.57735026918962576, 1e-12));
  const auto& q_u = measures.at("q_u");
  CHECK(q_u.values.at(0).value == 0);
  CHECK_THAT(q_u.mean(), WithinAbs((q_u.values.at(1).value + q_u.values.at(2).value) / 3, 1e-12));
  // The harmonic mean of the averaged scores would be another number.
  const double q = measures.at("quality").mean(), u = measures.at("utility").mean();
  CHECK(std::abs(q_u.mean() - 2 * q * u / (q + u)) > 0.05);
}

TEST_CASE("rows stand by Q-U, and what did not finish stays visible") {
  const sample::Folder folder;
  sample::write_results(folder.path());
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const Board& board = boards.at(0);
  REQUIRE(board.rows.size() == 16);
  CHECK(board.rows.front().label == "NHL+KL");
  for (std::size_t i = 1; i < 13; ++i) {
    CHECK(board.rows[i - 1].measures.at("q_u").mean() >= board.rows[i].measures.at("q_u").mean());
  }
  CHECK(board.rows[13].label == "SCRUB");
  CHECK(board.rows[13].count(Status::not_applicable) == 3);
  CHECK(board.rows[14].label == "Big steps");
  CHECK(board.rows[14].count(Status::failed) == 3);
  CHECK(board.rows[15].label == "Late entry");
  CHECK(board.rows[15].count(Status::missing) == 3);
  CHECK(row(board, "ME+KL").measures.at("q_u").values.size() == 2);
  CHECK(row(board, "NPO").first(Status::failed)->failure == "nan");
  CHECK(row(board, "GA+KL").kl);
  CHECK_FALSE(row(board, "GA").kl);
}

TEST_CASE("what is undefined has a reason instead of a number") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1, .unmatched = true});
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const auto& measures = row(boards.at(0), "NHL+KL").measures;
  CHECK_FALSE(measures.at("icons/quality").defined());
  CHECK_THAT(measures.at("icons/quality").reason, ContainsSubstring("icons: forget fine"));
  CHECK_FALSE(measures.at("icons/q_u_gap").defined());
  CHECK(measures.at("sketch/q_u_gap").defined());
}

TEST_CASE("without the original model there are accuracies but no scores") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  std::filesystem::remove(folder.path() / "cells" / (sample::key_of("original", 0) + ".json"));
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const auto& measures = row(boards.at(0), "NHL+KL").measures;
  CHECK(measures.at("forget_fine").defined());
  CHECK_FALSE(measures.at("q_u").defined());
  CHECK(measures.at("q_u").reason == "the original model's cell is missing");
  CHECK(boards.at(0).original.count(Status::missing) == 1);
}

TEST_CASE("cells of one label with different settings are rows of their own") {
  const sample::Folder folder;
  sample::write_results(folder.path());
  sample::edit_cell(folder.path(), sample::key_of("NPO+KL", 3),
                    [](auto& cell) { cell["method"]["params"]["beta"] = 0.7; });
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  CHECK(row(boards.at(0), "NPO+KL (beta 0.5)").runs.size() == 2);
  CHECK(row(boards.at(0), "NPO+KL (beta 0.7)").runs.size() == 1);
}

TEST_CASE("zero-shot is the mean of the suites, its worst drop relative to the original model") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  sample::edit(folder.path() / "cells" / (sample::key_of("GA", 1) + ".json"), [](auto& json) {
    json["counts"]["letters"]["all"]["fine"] = {438, 520};
    json["counts"]["digits"]["all"]["fine"] = {911, 1000};
    json["counts"]["textures"]["all"]["fine"] = {251, 720};  // half of the original's 502
  });
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const auto& measures = row(boards.at(0), "GA").measures;
  CHECK_THAT(measures.at("zero_shot").mean(),
             WithinAbs((438 / 520.0 + 0.911 + 251 / 720.0) / 3, 1e-12));
  CHECK_THAT(measures.at("zero_shot_worst_drop").mean(), WithinAbs(0.5, 1e-12));
}

TEST_CASE("the worst zero-shot drop may be a gain, of whatever size") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  sample::edit_counts(folder.path() / "cells" / (sample::key_of("original", 0) + ".json"),
                      [](auto& counts) {
                        counts["letters"]["all"]["fine"] = {100, 520};
                        counts["digits"]["all"]["fine"] = {100, 1000};
                        counts["textures"]["all"]["fine"] = {100, 720};
                      });
  sample::edit_counts(folder.path() / "cells" / (sample::key_of("GA", 1) + ".json"),
                      [](auto& counts) {
                        counts["letters"]["all"]["fine"] = {400, 520};
                        counts["digits"]["all"]["fine"] = {350, 1000};
                        counts["textures"]["all"]["fine"] = {300, 720};
                      });
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  CHECK_THAT(row(boards.at(0), "GA").measures.at("zero_shot_worst_drop").mean(),
             WithinAbs(-2, 1e-12));  // the least of three, four and three and a half times
}

TEST_CASE("KL terms are named where a loop ran with them, and only there") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  sample::edit(folder.path() / "cells" / (sample::key_of("GA+KL", 1) + ".json"), [](auto& json) {
    json["trajectory"] = {{"steps", nlohmann::json::array()}, {"kept_epoch", nullptr}};
  });
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const auto& untrained = row(boards.at(0), "GA+KL (kl: no loop ran, nothing was added)");
  CHECK_FALSE(untrained.kl);
  CHECK(row(boards.at(0), "NPO+KL").kl);
}

TEST_CASE("the table as text and as Markdown") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.label = "a|b <i>*c*"});
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const std::string plain = plain_table(boards.at(0)), markdown = markdown_table(boards.at(0));
  CHECK_THAT(plain, ContainsSubstring(
                        "Shapes, difficult split · demo · difficult: 10 concepts of shapes\n"));
  CHECK_THAT(plain, ContainsSubstring("\nOriginal model"));
  CHECK_THAT(plain, ContainsSubstring("  NPO: failed (nan): the loss is not finite at step 37\n"));
  CHECK_THAT(plain, ContainsSubstring(" 2/3\n"));
  CHECK_THAT(markdown, ContainsSubstring("| Method | Forget coarse ↑ | Forget fine ↓ |"));
  CHECK_THAT(markdown, ContainsSubstring("| a\\|b &lt;i>\\*c\\* |"));
  CHECK_THAT(markdown,
             ContainsSubstring(
                 "| Original model | 86.20 | 93.40 | 50.88 | 65.55 | - | - | - | 81.68 | 1 |"));
}

TEST_CASE("coarse labels that are to be forgotten have a column of their own, better when lower") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  const auto main_columns = [&] {
    const Results results = load_results(folder.path());
    const auto boards = make_boards(results);
    std::map<std::string, Column> out;
    for (const auto& column : boards.at(0).main) out[column.id] = column;
    return out;
  };
  CHECK_FALSE(main_columns().contains("forgotten_coarse"));

  const auto set = [&](const nlohmann::json& kept, const nlohmann::json& gone) {
    for (const auto& entry : std::filesystem::directory_iterator(folder / "cells")) {
      if (!sample::read(entry.path()).contains("counts")) continue;
      sample::edit_counts(entry.path(), [&](auto& counts) {
        counts["in_domain"]["forget"]["coarse"] = kept;
        counts["in_domain"]["forgotten_coarse"]["coarse"] = gone;
      });
    }
  };
  set({150, 200}, {30, 300});  // hybrid
  auto columns = main_columns();
  CHECK_FALSE(columns.at("forgotten_coarse").higher_is_better);
  CHECK(columns.at("forgotten_coarse").title == "coarse (forget)");
  CHECK(columns.at("forget_coarse").higher_is_better);
  CHECK(columns.at("forget_coarse").title == "coarse (keep)");
  set({0, 0}, {30, 500});  // coarse: none of it is to be kept
  columns = main_columns();
  CHECK(columns.contains("forgotten_coarse"));
  CHECK_FALSE(columns.contains("forget_coarse"));
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  CHECK_THAT(row(boards[0], "NHL+KL").measures.at("forgotten_coarse").mean(),
             WithinAbs(0.06, 1e-12));
  CHECK_THAT(plain_table(boards[0]), ContainsSubstring("Forget coarse (forget) ↓"));
}
