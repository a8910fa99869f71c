#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "report/table.hpp"
#include "sample_results.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinAbs;
using sample::Sample;

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

std::vector<std::string> ids(const std::vector<Column>& columns) {
  std::vector<std::string> out;
  for (const auto& column : columns) out.push_back(column.id);
  return out;
}

std::vector<std::string> titles(const std::vector<Column>& columns) {
  std::vector<std::string> out;
  for (const auto& column : columns) out.push_back(column.group + ": " + column.title);
  return out;
}

using Names = std::vector<std::string>;

sample::StoredValue stranger() {
  sample::StoredValue value;
  value.metric = "drift", value.version = "0.1.0", value.shipped = false;
  value.name = "weight_drift", value.title = "Drift", value.unit = "l2";
  value.help = "How far the weights went", value.higher_is_better = false;
  return value;
}

}  // namespace

TEST_CASE("a row's numbers are the values that its cells' metrics gave") {
  const Sample sample({.seeds = 1});
  const auto boards = make_boards(sample.results);
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

TEST_CASE("without a word of the suite the tables are those that the metrics make") {
  const Sample sample({.unmatched = true});
  const auto boards = make_boards(sample.results);
  const Board& board = boards.at(0);
  CHECK(ids(board.main) == Names{"forget_coarse", "forget_fine", "retain_coarse", "retain_fine",
                                 "quality", "utility", "q_u", "zero_shot"});
  REQUIRE(board.tables.size() == 2);
  CHECK(board.tables[0].name == "Out of domain");
  CHECK(titles(board.tables[0].columns) ==
        Names{"In domain: Quality", "In domain: Utility", "In domain: Q-U",
              "Out of domain: Shapes, sketched: Quality",
              "Out of domain: Shapes, sketched: Utility", "Out of domain: Shapes, sketched: Q-U",
              "Gap: Shapes, sketched: Quality", "Gap: Shapes, sketched: Q-U",
              "Out of domain: Icons: Quality", "Out of domain: Icons: Utility",
              "Out of domain: Icons: Q-U", "Gap: Icons: Quality", "Gap: Icons: Q-U"});
  CHECK(board.tables[1].name == "Zero-shot");
  CHECK(titles(board.tables[1].columns) == Names{"Suites: Letters", "Suites: Digits",
                                                 "Suites: Textures", "All: Mean",
                                                 "All: Worst drop"});
  CHECK(ids(board.others) == Names{"zero_shot_mean_drop"});
}

TEST_CASE("each seed has its value, then they are averaged; the spread is the sample's") {
  Sample sample;
  const auto set = [&](int seed, int correct) {
    sample.edit_counts("NHL+KL", seed, [&](auto& counts) {
      counts["in_domain"].forget_fine = {correct, 500};
    });
  };
  set(1, 467);  // nothing forgotten: Q = 0, so Q-U = 0
  set(2, 0);    // all forgotten: Q = 1
  set(3, 0);
  const auto boards = make_boards(sample.results);
  const auto& measures = row(boards.at(0), "NHL+KL").measures;
  CHECK_THAT(measures.at("quality").mean(), WithinAbs(2.0 / 3, 1e-12));
  CHECK_THAT(measures.at("quality").sd().value(), WithinAbs(0.57735026918962576, 1e-12));
  const auto& q_u = measures.at("q_u");
  CHECK(q_u.values.at(0).value == 0);
  CHECK_THAT(q_u.mean(), WithinAbs((q_u.values.at(1).value + q_u.values.at(2).value) / 3, 1e-12));
}

TEST_CASE("rows stand by Q-U, and what did not finish stays visible") {
  const Sample sample;
  const auto boards = make_boards(sample.results);
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
  const Sample sample({.seeds = 1, .unmatched = true});
  const auto boards = make_boards(sample.results);
  const auto& measures = row(boards.at(0), "NHL+KL").measures;
  CHECK_FALSE(measures.at("icons/quality").defined());
  CHECK_THAT(measures.at("icons/quality").reason, ContainsSubstring("icons: forget fine"));
  CHECK_FALSE(measures.at("icons/q_u_gap").defined());
  CHECK(measures.at("sketch/q_u_gap").defined());
}

TEST_CASE("of the original model there is what does not compare it with itself") {
  Sample sample({.seeds = 1});
  REQUIRE(*sample::find_value(sample.cell("original"), "quality")->value == 0);
  REQUIRE(*sample::find_value(sample.cell("original"), "utility")->value == 1);
  const auto measured = [&] { return make_boards(sample.results).at(0).original.measures; };
  auto measures = measured();
  for (const char* name : {"forget_fine", "retain_coarse", "zero_shot", "zero_shot/letters"})
    CHECK(measures.contains(name));
  for (const char* name :
       {"quality", "utility", "q_u", "sketch/q_u", "sketch/q_u_gap", "zero_shot_worst_drop"})
    CHECK_FALSE(measures.contains(name));
  // An accuracy of 0 or 1 is one.
  sample.edit_counts("original", 1, [](auto& counts) {
    counts["in_domain"].forget_fine = {500, 500};
  });
  CHECK(measured().at("forget_fine").mean() == 1);
}

TEST_CASE("a metric that failed in a cell is the reason of all its values there") {
  Sample sample({.seeds = 1, .unmatched = true});
  const auto fail = [](Cell& cell, const std::string& metric) {
    std::erase_if(cell.values, [&](const auto& value) { return value.metric == metric; });
    sample::StoredValue failed;
    failed.metric = failed.name = metric;
    failed.reason = "crash: the worker ended with signal 11";
    cell.values.push_back(failed);
  };
  fail(sample.cell("GA"), "accuracy");
  fail(sample.cell("GA"), "q_u");
  fail(sample.cell("original"), "accuracy");
  const auto boards = make_boards(sample.results);
  const auto& measures = row(boards.at(0), "GA").measures;
  for (const char* name : {"forget_fine", "retain_coarse", "q_u"})
    CHECK(measures.at(name).reason == "crash: the worker ended with signal 11");
  CHECK(measures.at("quality").defined());
  CHECK(boards[0].original.measures.at("forget_fine").reason ==
        "crash: the worker ended with signal 11");
  CHECK(boards[0].main.size() == 8);  // none for the failure itself
}

TEST_CASE("cells of one label with different settings are rows of their own") {
  Sample sample;
  sample.cell("NPO+KL", 3).method["params"]["beta"] = 0.7;
  const auto boards = make_boards(sample.results);
  CHECK(row(boards.at(0), "NPO+KL (beta 0.5)").runs.size() == 2);
  CHECK(row(boards.at(0), "NPO+KL (beta 0.7)").runs.size() == 1);
}

TEST_CASE("KL terms are named where a loop ran with them, and only there") {
  Sample sample({.seeds = 1});
  sample.cell("GA+KL").trajectory.clear();
  sample.cell("GA+KL").kept_epoch.reset();
  const auto boards = make_boards(sample.results);
  const auto& untrained = row(boards.at(0), "GA+KL (kl: no loop ran, nothing was added)");
  CHECK_FALSE(untrained.kl);
  CHECK(row(boards.at(0), "NPO+KL").kl);
}

TEST_CASE("the table as text and as Markdown") {
  const Sample sample({.label = "a|b <i>*c*"});
  const std::string plain = sample::text(sample.results),
                    markdown = sample::text(sample.results, TableStyle::markdown);
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
  Sample sample({.seeds = 1});
  const auto main_columns = [&] {
    std::map<std::string, Column> out;
    const auto boards = make_boards(sample.results);
    for (const auto& column : boards.at(0).main) out[column.id] = column;
    return out;
  };
  CHECK_FALSE(main_columns().contains("forgotten_coarse"));
  const auto set = [&](const sample::Count& kept, const sample::Count& gone) {
    sample.edit_all_counts([&](auto& counts) {
      counts["in_domain"].forget_coarse = kept;
      counts["in_domain"].forgotten_coarse = gone;
    });
  };
  set({150, 200}, {30, 300});  // hybrid
  auto columns = main_columns();
  CHECK_FALSE(columns.at("forgotten_coarse").higher_is_better);
  CHECK(columns.at("forgotten_coarse").title == "coarse (forget)");
  CHECK(columns.at("forget_coarse").title == "coarse (keep)");
  set({0, 0}, {30, 500});  // coarse: none of it is to be kept
  columns = main_columns();
  CHECK(columns.contains("forgotten_coarse"));
  CHECK_FALSE(columns.contains("forget_coarse"));
  CHECK_THAT(sample::text(sample.results), ContainsSubstring("Forget coarse (forget) ↓"));
}

TEST_CASE("a stranger's metric is a column, or a table, with its own words, unit and direction") {
  Sample sample;
  sample.add_value(stranger(), [](const Cell& cell) { return cell.key[0] == 'a' ? 1 : 2.5; });
  auto in_table = stranger();
  in_table.name = "leak", in_table.title = "", in_table.table = "Membership";
  sample.add_value(in_table, [](const Cell&) { return 0.25; });
  const auto boards = make_boards(sample.results);
  const Board& board = boards.at(0);
  REQUIRE(board.main.size() == 9);
  const auto& column = board.main.back();
  CHECK(column.id == "weight_drift");
  CHECK(column.title == "Drift");
  CHECK(column.unit == "l2");
  CHECK_FALSE(column.higher_is_better);
  REQUIRE(board.tables.size() == 3);
  CHECK(board.tables[2].name == "Membership");
  CHECK(board.tables[2].columns.at(0).title == "leak");
  CHECK_THAT(sample::text(sample.results), ContainsSubstring("Drift, l2 ↓"));
}

TEST_CASE("where cells call a value differently, the first one says how") {
  Sample sample({.seeds = 1});
  sample.add_value(stranger(), [](const Cell&) { return 1; });
  auto* later = sample::find_value(sample.cell("GA"), "weight_drift");
  later->title = "Other", later->higher_is_better = true, later->table = "Elsewhere";
  const auto boards = make_boards(sample.results);
  CHECK(boards.at(0).main.back().title == "Drift");
  CHECK_FALSE(boards[0].main.back().higher_is_better);
  CHECK(boards[0].tables.size() == 2);
  CHECK(row(boards[0], "GA").measures.at("weight_drift").mean() == 1);
}

TEST_CASE("a value that the first cells lack stands where its metric gave it") {
  Sample sample({.seeds = 1});
  auto extra = stranger();
  extra.value = 1;
  auto& values = sample.cell("GA").values;
  values.insert(values.begin() + 1, extra);
  CHECK(make_boards(sample.results).at(0).main.at(1).id == "weight_drift");
}

TEST_CASE("the suite names columns, rank and axes") {
  Sample sample;
  sample.add_value(stranger(), [](const Cell& cell) {
    return cell.key == sample::key_of("GA", 1) ? 0.5 : 3 + cell.key[0] % 7;
  });
  sample.plan().board = {.columns = {"weight_drift", "zero_shot_mean_drop", "q_u", "nowhere"},
                         .rank = "weight_drift",
                         .plot_x = "weight_drift",
                         .plot_y = "zero_shot"};
  std::erase_if(sample.plan().cells,
                [](const auto& cell) { return cell.label == "GA" && cell.seed != 1; });
  const auto boards = make_boards(sample.results);
  const Board& board = boards.at(0);
  CHECK(ids(board.main) == Names{"weight_drift", "zero_shot_mean_drop", "q_u", "nowhere"});
  CHECK(ids(board.others) == Names{"forget_coarse", "forget_fine", "retain_coarse", "retain_fine",
                                   "quality", "utility", "zero_shot"});
  CHECK(board.rows.front().label == "GA");  // the lowest
  for (std::size_t i = 1; i < 13; ++i)
    CHECK(measure_of(board.rows[i - 1], board.rank)->mean() <=
          measure_of(board.rows[i], board.rank)->mean());
  CHECK(board.rows[13].label == "SCRUB");  // no number, so at the end
  CHECK(board.plot_x.title == "Drift");
  CHECK(board.plot_y.title == "Zero-shot");
}

TEST_CASE("of several evaluations of a role the board ranks by the first one's value") {
  Sample sample({.seeds = 1});
  sample.plan().evaluations.push_back(
      {.id = "second", .role = lacuna::Role::in_domain, .title = "The second"});
  for (auto& [key, cell] : sample.results.cells) {
    for (auto& value : cell.values) {
      if (value.name != "q_u") continue;
      value.name = "in_domain/q_u", value.group = "in_domain: Scores";
    }
  }
  const auto boards = make_boards(sample.results);
  CHECK(boards.at(0).rank.id == "in_domain/q_u");
  CHECK(boards[0].rank.group == "Shapes, filled: Scores");
  CHECK(boards[0].rows.front().label == "NHL+KL");
}

TEST_CASE("an attack may only lower a row, seed by seed, and the board is ranked by what is left") {
  Sample sample;
  const auto fine = [](int correct) {
    return [correct](auto& counts) { counts["in_domain"].forget_fine = {correct, 500}; };
  };
  for (int seed = 1; seed <= 3; ++seed) sample.add_attack("quantise 4", "NHL+KL", seed, fine(400));
  sample.add_attack("relearn", "NHL+KL", 1, fine(0));  // higher than before: does not count
  sample.add_attack("relearn", "NHL+KL", 2, fine(440));
  auto& failed = sample.add_attack("relearn", "NHL+KL", 3, fine(0));
  failed.status = Status::failed, failed.failure = "nan", failed.reason = "the loss is not finite";
  failed.values.clear();
  const auto boards = make_boards(sample.results);
  const Board& board = boards.at(0);
  CHECK(board.attacks == Names{"quantise 4", "relearn"});
  CHECK(board.rows.size() == 16);  // no rows of their own
  const Row& attacked = row(board, "NHL+KL");
  REQUIRE(attacked.attacks.size() == 2);
  const auto at = [&](std::size_t attack, std::size_t i) {
    return attacked.attacks[attack].measures.at("q_u").values.at(i).value;
  };
  REQUIRE(attacked.left.values.size() == 3);
  CHECK(at(1, 0) > attacked.measures.at("q_u").values[0].value);
  CHECK(attacked.left.values[0].value == at(0, 0));
  CHECK(attacked.left.values[1].value == at(1, 1));
  CHECK(attacked.left.values[2].value == at(0, 2));
  CHECK(board.rows.front().label != "NHL+KL");
  for (std::size_t i = 1; i < 13; ++i)
    CHECK(board.rows[i - 1].left.mean() >= board.rows[i].left.mean());
  // A row that nothing attacked keeps what it has.
  CHECK(row(board, "NPO+KL").left.mean() == row(board, "NPO+KL").measures.at("q_u").mean());
  CHECK(board.main.back().title == "Q-U left");
  const auto text = sample::text(sample.results);
  CHECK_THAT(text, ContainsSubstring("Q-U left ↑"));
  CHECK_THAT(text, ContainsSubstring(
                       "  ranked by Q-U left: The worst of Q-U before and after every attack, seed "
                       "by seed: an attack may only lower\n"));
  CHECK_THAT(text,
             ContainsSubstring("  NHL+KL, after relearn: failed (nan): the loss is not finite\n"));
}

TEST_CASE("where the lowest value is the best, the highest is what an attack leaves") {
  Sample sample({.seeds = 1});
  sample.add_attack("relearn", "GA", 1, [](auto&) {});
  const auto attacked = sample.plan().cells.back().key;
  sample.add_value(stranger(), [&](const Cell& cell) { return cell.key == attacked ? 7 : 2; });
  sample.plan().board.rank = "weight_drift";
  const auto boards = make_boards(sample.results);
  CHECK(row(boards.at(0), "GA").left.mean() == 7);
  CHECK(row(boards[0], "NPO").left.mean() == 2);
  CHECK(boards[0].rows[12].label == "GA");  // last of those with a number
}
