#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>

#include "report/interval.hpp"
#include "sample_results.hpp"

using namespace lacuna::report;
using Catch::Matchers::WithinAbs;

namespace {

Measure measure(const std::vector<double>& values) {
  Measure out;
  for (const auto value : values)
    out.values.push_back(
        {.seed = out.values.size() + 1, .key = "k", .value = value, .stored = nullptr});
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

TEST_CASE("the interval of a mean is what its samples contribute, by normal theory") {
  const auto interval = mean_interval({1, 2, 3, 4, 5}).value();  // s = sqrt(2.5)
  CHECK_THAT(interval.lower, WithinAbs(3 - 1.959964 * std::sqrt(2.5 / 5), 1e-6));
  CHECK_THAT(interval.upper, WithinAbs(3 + 1.959964 * std::sqrt(2.5 / 5), 1e-6));
  CHECK_FALSE(mean_interval({1}));
  const auto still = mean_interval({0.5, 0.5, 0.5}).value();  // no sample can move it
  CHECK(still.lower == still.upper);
}

TEST_CASE("contributions of a score give the interval that theory gives") {
  const sample::Sample sample({.seeds = 1});
  const auto boards = make_boards(sample.results);
  const auto& best = row(boards.at(0), "NHL+KL");
  const auto interval_of = [&](const char* name) {
    return sample_interval(best.measures.at(name));
  };
  for (const char* name : {"quality", "utility", "q_u", "sketch/q_u", "forget_fine"}) {
    INFO(name);
    REQUIRE(interval_of(name));
    CHECK(interval_of(name)->lower < interval_of(name)->upper);
    CHECK(interval_of(name)->contains(best.measures.at(name).mean()));
  }
  // Q = 1 - a/a0 with a = 10, a0 = 467 of 500, where whoever is right after was right before: the
  // delta method gives the variance of the log ratio as 1/10 - 1/467.
  const double ratio = 10 / 467.0, sd = ratio * std::sqrt(1 / 10.0 - 1 / 467.0);
  CHECK_THAT(interval_of("quality")->upper - interval_of("quality")->lower,
             WithinAbs(2 * 1.96 * sd, 0.01 * 2 * 1.96 * sd));
  // Of a count the exact one.
  CHECK(interval_of("forget_fine")->lower == exact_interval(10, 500).lower);
  // A number that several evaluations make has none.
  CHECK_FALSE(interval_of("sketch/q_u_gap"));
}

TEST_CASE(
    "the same pictures stand for all seeds, so more seeds do not narrow their interval away") {
  const sample::Sample sample({.gaps = false});
  const auto boards = make_boards(sample.results);
  const auto& all = row(boards.at(0), "NHL+KL").measures.at("utility");
  REQUIRE(all.values.size() == 3);
  Measure first = all;
  first.values.resize(1);
  const auto width = [](const Interval& it) { return it.upper - it.lower; };
  CHECK(width(*sample_interval(all)) > 0.8 * width(*sample_interval(first)));
}

TEST_CASE("seeds that did not see the same samples have no common interval") {
  sample::Sample sample({.gaps = false});
  sample::find_value(sample.cell("NHL+KL", 2), "utility")->per_sample.pop_back();
  sample::find_value(sample.cell("NHL+KL", 3), "quality")->per_sample.clear();
  sample::find_value(sample.cell("NHL+KL", 2), "forget_fine")->count = {10, 400};
  const auto boards = make_boards(sample.results);
  for (const char* name : {"utility", "quality", "forget_fine"}) {
    INFO(name);
    CHECK_FALSE(sample_interval(row(boards.at(0), "NHL+KL").measures.at(name)));
  }
}
