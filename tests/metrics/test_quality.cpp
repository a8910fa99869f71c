// Q, U and Q-U where they are awkward: nothing to divide by, nothing forgotten, nothing there.
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

const Counts before = row(80, 90, 700, 600, 100, 1000);

Value quality(const Evaluation& one) { return value_of("forgetting_quality", {one}, "quality"); }
Value utility(const Evaluation& one) { return value_of("utility", {one}, "utility"); }
Value unclipped(const Evaluation& one) { return value_of("utility", {one}, "utility_unclipped"); }
Value q_u(const Evaluation& one) { return value_of("q_u", {one}, "q_u"); }

TEST_CASE("identity scores Q 0, U 1, Q-U 0") {
  const auto same = evaluation(before, before);
  CHECK(quality(same).value == 0);
  CHECK(utility(same).value == 1);
  CHECK(q_u(same).value == 0);
}

TEST_CASE("a rise in forget accuracy is a negative quality and no Q-U") {
  const auto risen = evaluation(before, row(80, 99, 700, 600, 100, 1000));
  CHECK_THAT(*quality(risen).value, WithinAbs(-0.1, 1e-12));
  CHECK(q_u(risen).value == 0);
}

TEST_CASE("everything gone scores 0, not NaN") {
  const auto kept_nothing = evaluation(before, row(0, 90, 0, 0, 100, 1000));
  CHECK(utility(kept_nothing).value == 0);
  CHECK(q_u(kept_nothing).value == 0);
  CHECK(q_u(evaluation(before, row(0, 0, 0, 0, 100, 1000))).value == 0);
}

TEST_CASE("an original model that knew nothing leaves the scores undefined, with the reason") {
  const auto blank = evaluation(row(80, 0, 700, 600, 100, 1000), before);
  CHECK_FALSE(quality(blank).value);
  CHECK(quality(blank).reason == "forget fine: the original model gets none right");
  CHECK(q_u(blank).reason == quality(blank).reason);
  const auto no_coarse = evaluation(row(80, 90, 0, 600, 100, 1000), before);
  CHECK_FALSE(utility(no_coarse).value);
  CHECK(utility(no_coarse).reason == "retain coarse: the original model gets none right");
  CHECK(q_u(no_coarse).reason == utility(no_coarse).reason);
}

TEST_CASE("a group or a level that is not there is undefined, with the reason") {
  const auto nothing = row(0, 0, 700, 600, 0, 1000);
  CHECK(quality(evaluation(nothing, nothing)).reason ==
        "forget fine: no such picture or level in this evaluation");
  const auto no_coarse = flat(evaluation(before, before));
  CHECK(utility(no_coarse).reason == "forget coarse: no such picture or level in this evaluation");
  CHECK(utility(no_coarse).per_sample.empty());
  CHECK(quality(no_coarse).value == 0);
}

TEST_CASE("utility clips each ratio by itself") {
  const auto one = evaluation(before, row(100, 90, 350, 600, 100, 1000));  // 1.25, 0.5, 1
  CHECK_THAT(*utility(one).value, WithinAbs(2.5 / 3, 1e-12));
  CHECK_THAT(*unclipped(one).value, WithinAbs(2.75 / 3, 1e-12));
}

TEST_CASE("coarse labels that were to be forgotten count for quality, not for utility") {
  // forget fine .9 -> .09, forgotten coarse .8 -> .4; nothing of the forget group's coarse is kept
  const Counts all_before{{90, 100}, {}, {600, 1000}, {700, 1000}, {80, 100}};
  const Counts all_after{{9, 100}, {}, {600, 1000}, {350, 1000}, {40, 100}};
  const auto all = evaluation(all_before, all_after);
  CHECK_THAT(*quality(all).value, WithinAbs(1 - (0.1 + 0.5) / 2, 1e-12));
  CHECK_THAT(*utility(all).value, WithinAbs((0.5 + 1) / 2, 1e-12));
  // hybrid: some of it is kept
  const Counts some_before{{90, 100}, {10, 20}, {600, 1000}, {700, 1000}, {40, 80}};
  const Counts some_after{{9, 100}, {15, 20}, {600, 1000}, {350, 1000}, {20, 80}};
  const auto some = evaluation(some_before, some_after);
  CHECK_THAT(*quality(some).value, WithinAbs(1 - (0.1 + 0.5) / 2, 1e-12));
  CHECK_THAT(*utility(some).value, WithinAbs((1 + 0.5 + 1) / 3, 1e-12));
  CHECK_THAT(*unclipped(some).value, WithinAbs((1.5 + 0.5 + 1) / 3, 1e-12));
  auto blank_before = some_before;
  blank_before.forgotten_coarse = {0, 80};
  CHECK(quality(evaluation(blank_before, some_after)).reason ==
        "forgotten coarse: the original model gets none right");
}

TEST_CASE("identity scores Q 0 and U 1 at every goal") {
  const Counts hybrid{{90, 100}, {60, 93}, {600, 1000}, {700, 1000}, {3, 7}};
  CHECK(quality(evaluation(hybrid, hybrid)).value == 0);
  CHECK(utility(evaluation(hybrid, hybrid)).value == 1);
  const Counts coarse{{90, 100}, {}, {600, 1000}, {700, 1000}, {3, 100}};
  CHECK(quality(evaluation(coarse, coarse)).value == 0);
  CHECK(utility(evaluation(coarse, coarse)).value == 1);
}

}  // namespace
}  // namespace lacuna::testing
