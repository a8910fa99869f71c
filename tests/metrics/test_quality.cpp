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

TEST_CASE("group counts of predictions made from counts") {
  const auto counts = group_counts(predictions(before));
  CHECK(counts.forget_fine == before.forget_fine);
  CHECK(counts.forget_coarse == before.forget_coarse);
  CHECK(counts.retain_fine == before.retain_fine);
  CHECK(counts.retain_coarse == before.retain_coarse);
  auto flat = predictions(before);
  flat.coarse_target = flat.coarse_predicted = at::Tensor();
  CHECK(group_counts(flat).retain_coarse == Count{});
}

}  // namespace
}  // namespace lacuna::testing
