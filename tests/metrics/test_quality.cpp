// Q, U and Q-U where they are awkward: nothing to divide by, nothing forgotten, nothing there.
#include <catch2/matchers/catch_matchers_floating_point.hpp>

#include "fixtures.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::WithinAbs;

const GroupCounts before = row(80, 90, 700, 600, 100, 1000);

TEST_CASE("identity scores Q 0, U 1, Q-U 0") {
  CHECK(forgetting_quality(before, before).value == 0);
  CHECK(utility(before, before).value == 1);
  CHECK(q_u(before, before).value == 0);
}

TEST_CASE("a rise in forget accuracy is a negative quality and no Q-U") {
  const auto after = row(80, 99, 700, 600, 100, 1000);
  CHECK_THAT(*forgetting_quality(before, after).value, WithinAbs(-0.1, 1e-12));
  CHECK(q_u(before, after).value == 0);
}

TEST_CASE("everything gone scores 0, not NaN") {
  const auto after = row(0, 90, 0, 0, 100, 1000);
  CHECK(utility(before, after).value == 0);
  CHECK(q_u(before, after).value == 0);
  CHECK(q_u(before, row(0, 0, 0, 0, 100, 1000)).value == 0);
}

TEST_CASE("an original model that knew nothing leaves the scores undefined, with the reason") {
  const auto blank = row(80, 0, 700, 600, 100, 1000);
  CHECK_FALSE(forgetting_quality(blank, before).value);
  CHECK(forgetting_quality(blank, before).reason ==
        "forget fine: the original model gets none right");
  CHECK(q_u(blank, before).reason == forgetting_quality(blank, before).reason);
  const auto no_coarse = row(80, 90, 0, 600, 100, 1000);
  CHECK_FALSE(utility(no_coarse, before).value);
  CHECK(utility(no_coarse, before).reason == "retain coarse: the original model gets none right");
  CHECK(q_u(no_coarse, before).reason == utility(no_coarse, before).reason);
}

TEST_CASE("a group or a level that is not there is undefined, with the reason") {
  const auto nothing = row(0, 0, 700, 600, 0, 1000);
  CHECK(forgetting_quality(nothing, nothing).reason ==
        "forget fine: no such picture or level in this evaluation");
  GroupCounts flat = before;
  flat.forget_coarse = flat.retain_coarse = {};
  CHECK(utility(flat, flat).reason == "forget coarse: no such picture or level in this evaluation");
  CHECK(forgetting_quality(flat, flat).value == 0);
}

TEST_CASE("ratios are of accuracies, so the counts may differ") {
  CHECK_THAT(*ratio({50, 100}, {10, 40}, "x").value, WithinAbs(0.5, 1e-12));
}

TEST_CASE("utility clips each ratio by itself") {
  const auto after = row(100, 90, 350, 600, 100, 1000);  // 1.25, 0.5, 1
  CHECK_THAT(*utility(before, after).value, WithinAbs(2.5 / 3, 1e-12));
  CHECK_THAT(*utility(before, after, false).value, WithinAbs(2.75 / 3, 1e-12));
}

TEST_CASE("coarse labels that were to be forgotten count for quality, not for utility") {
  // forget fine .9 -> .09, forgotten coarse .8 -> .4; nothing of the forget group's coarse is kept
  GroupCounts before_coarse = before, after_coarse = row(0, 9, 350, 600, 100, 1000);
  before_coarse.forget_coarse = after_coarse.forget_coarse = {};
  before_coarse.forgotten_coarse = {80, 100};
  after_coarse.forgotten_coarse = {40, 100};
  CHECK_THAT(*forgetting_quality(before_coarse, after_coarse).value,
             WithinAbs(1 - (0.1 + 0.5) / 2, 1e-12));
  CHECK_THAT(*utility(before_coarse, after_coarse).value, WithinAbs((0.5 + 1) / 2, 1e-12));
  // hybrid: some of it is kept
  before_coarse.forget_coarse = {10, 20};
  after_coarse.forget_coarse = {15, 20};
  CHECK_THAT(*utility(before_coarse, after_coarse).value, WithinAbs((1 + 0.5 + 1) / 3, 1e-12));
  CHECK_THAT(*utility(before_coarse, after_coarse, false).value,
             WithinAbs((1.5 + 0.5 + 1) / 3, 1e-12));
  before_coarse.forgotten_coarse = {0, 100};
  CHECK(forgetting_quality(before_coarse, after_coarse).reason ==
        "forgotten coarse: the original model gets none right");
}

TEST_CASE("identity scores Q 0 and U 1 at every goal") {
  GroupCounts counts = before;
  counts.forgotten_coarse = {3, 7};
  CHECK(forgetting_quality(counts, counts).value == 0);
  CHECK(utility(counts, counts).value == 1);
  counts.forget_coarse = {};
  CHECK(utility(counts, counts).value == 1);
}

TEST_CASE("group counts of predictions made from counts") {
  const auto counts = group_counts(predictions(before));
  CHECK(counts.forget_fine == before.forget_fine);
  CHECK(counts.forget_coarse == before.forget_coarse);
  CHECK(counts.retain_fine == before.retain_fine);
  CHECK(counts.retain_coarse == before.retain_coarse);
  auto hybrid = predictions(before);
  hybrid.forget_coarse = at::zeros({1100}, at::kBool);
  hybrid.forget_coarse.slice(0, 0, 30).fill_(true);  // the first 80 of the forget group are right
  CHECK(group_counts(hybrid).forgotten_coarse == Count{30, 30});
  CHECK(group_counts(hybrid).forget_coarse == Count{50, 70});
  CHECK(group_counts(hybrid).retain_coarse == before.retain_coarse);
  CHECK(group_counts(hybrid).forget_fine == before.forget_fine);
  auto flat = predictions(before);
  flat.coarse_target = flat.coarse_predicted = at::Tensor();
  CHECK(group_counts(flat).retain_coarse == Count{});
}

}  // namespace
}  // namespace lacuna::testing
