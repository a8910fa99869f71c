#include "report/interval.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>

#include "lacuna/error.hpp"
#include "report/resample.hpp"
#include "sample_results.hpp"
#include "support/hash.hpp"

using namespace lacuna::report;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;
using Catch::Matchers::WithinAbs;

namespace {

Measure measure(const std::vector<double>& values) {
  Measure out;
  for (const auto value : values)
    out.values.push_back({.seed = out.values.size() + 1, .key = "k", .value = value});
  return out;
}

const Row& row(const Board& board, const std::string& label) {
  for (const auto& one : board.rows) {
    if (one.label == label) return one;
  }
  FAIL("no row " << label);
  return board.rows.front();
}

}  // namespace

TEST_CASE("the exact interval of a proportion is Clopper and Pearson's") {
  // Bounds from the binomial sums themselves, solved by bisection; closed forms at the ends.
  const auto ten = exact_interval(10, 500);
  CHECK_THAT(ten.lower, WithinAbs(0.009631, 1e-6));
  CHECK_THAT(ten.upper, WithinAbs(0.036472, 1e-6));
  CHECK(exact_interval(0, 500).lower == 0);
  CHECK_THAT(exact_interval(0, 500).upper, WithinAbs(1 - std::pow(0.025, 1.0 / 500), 1e-12));
  CHECK(exact_interval(500, 500).upper == 1);
  CHECK_THAT(exact_interval(500, 500).lower, WithinAbs(std::pow(0.025, 1.0 / 500), 1e-12));
  CHECK_THAT(exact_interval(5, 20).lower, WithinAbs(0.086571, 1e-6));
  CHECK_THAT(exact_interval(5, 20).upper, WithinAbs(0.491046, 1e-6));
}

TEST_CASE("a further run lies within Student's t of the mean; one run says nothing of it") {
  CHECK_FALSE(further_run(measure({0.5})));
  const auto three = measure({0.1, 0.2, 0.3});  // sd 0.1
  CHECK_THAT(further_run(three).value(), WithinAbs(4.302653 * 0.1 * std::sqrt(4.0 / 3), 1e-6));
}

TEST_CASE("pictures and seeds widen the interval together") {
  const auto both = combined({.lower = 0.47, .upper = 0.54}, 0.5, 0.04);
  CHECK_THAT(both.lower, WithinAbs(0.45, 1e-12));  // 3, 4, 5
  CHECK_THAT(both.upper, WithinAbs(0.5 + std::sqrt(2) * 0.04, 1e-12));
  const auto alone = combined({.lower = 0.47, .upper = 0.54}, 0.5, {});
  CHECK_THAT(alone.lower, WithinAbs(0.47, 1e-12));
  CHECK_THAT(alone.upper, WithinAbs(0.54, 1e-12));
}

TEST_CASE("the middle 95 % of values") {
  std::vector<double> values;
  for (int i = 1000; i >= 0; --i) values.push_back(i);
  const auto interval = middle(values);
  CHECK_THAT(interval.lower, WithinAbs(25, 1e-9));
  CHECK_THAT(interval.upper, WithinAbs(975, 1e-9));
}

TEST_CASE("resampled pictures give the interval that theory gives, every time the same") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  sample::write_predictions(folder.path());
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  const auto& board = boards.at(0);
  PredictionFiles files(folder.path()), again(folder.path());
  const auto intervals = picture_intervals(board, row(board, "NHL+KL"), files);
  for (const char* name : {"quality", "utility", "q_u", "zero_shot", "sketch/q_u"})
    CHECK(intervals.contains(name));
  const auto same = picture_intervals(board, row(board, "NHL+KL"), again);
  for (const auto& [name, interval] : intervals) {
    CHECK(interval.lower == same.at(name).lower);
    CHECK(interval.upper == same.at(name).upper);
    CHECK(interval.lower < interval.upper);
    const auto& measured = row(board, "NHL+KL").measures.at(name);
    CHECK(interval.contains(measured.mean()));
  }
  // Q = 1 - a/a0 with a = 10, a0 = 467 of 500, where whoever is right after was right before: the
  // delta method gives the variance of the log ratio as 1/10 - 1/467.
  const double ratio = 10 / 467.0, sd = ratio * std::sqrt(1 / 10.0 - 1 / 467.0);
  CHECK_THAT(intervals.at("quality").upper - intervals.at("quality").lower,
             WithinAbs(2 * 1.96 * sd, 0.15 * 2 * 1.96 * sd));
}

TEST_CASE(
    "the same pictures stand for all seeds, so more seeds do not narrow their interval away") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.gaps = false});
  sample::write_predictions(folder.path());
  const Results results = load_results(folder.path());
  const auto boards = make_boards(results);
  PredictionFiles files(folder.path());
  const auto of_three = picture_intervals(boards[0], row(boards[0], "NHL+KL"), files);
  Row first = row(boards[0], "NHL+KL");
  first.runs.resize(1);
  const auto of_one = picture_intervals(boards[0], first, files);
  const auto width = [](const Interval& it) { return it.upper - it.lower; };
  CHECK(width(of_three.at("utility")) > 0.8 * width(of_one.at("utility")));
}

TEST_CASE("without predictions there is no interval; changed ones are an error") {
  const sample::Folder folder;
  sample::write_results(folder.path(), {.seeds = 1});
  {
    const Results results = load_results(folder.path());
    const auto boards = make_boards(results);
    PredictionFiles files(folder.path());
    CHECK(picture_intervals(boards[0], row(boards[0], "NHL+KL"), files).empty());
  }
  sample::write_predictions(folder.path());
  const auto file = folder / ("predictions/" + sample::key_of("NHL+KL", 1) + ".safetensors");
  std::filesystem::copy(file, folder / "before");
  sample::write(file, "something else");
  CHECK_THROWS_WITH(load_results(folder.path()),
                    ContainsSubstring(file.string() + ": its SHA-256 is " +
                                      lacuna::sha256("something else").substr(0, 10) + ", but ") &&
                        EndsWith("cells/" + sample::key_of("NHL+KL", 1) + ".json says " +
                                 lacuna::sha256_file(folder / "before").substr(0, 10) +
                                 " (run the suite again)"));
}
