// A stranger's metric (tests/consumer/calibration.cpp): its number from named columns.
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <cmath>
#include <numeric>

#include "fixtures.hpp"
#include "lacuna/error.hpp"

namespace lacuna::testing {
namespace {

using Catch::Matchers::Message;
using Catch::Matchers::WithinAbs;

// Four retain rows after two of the forget group. Confidences of the best: .95 (right), .82
// (wrong, the target has .18), .61 (right), .73 (wrong, .27).
Evaluation four() {
  auto out = evaluation(row(2, 2, 4, 4, 2, 4), row(2, 2, 4, 4, 2, 4));
  auto& columns = out.after.columns;
  columns["fine/predicted"] = out.asked[0].target + at::tensor({0, 0, 0, 1, 0, 1}, at::kLong);
  columns["fine/nll"] = -at::tensor({.5f, .5f, .95f, .18f, .61f, .27f}).log();
  const auto best = at::tensor({.5f, .5f, .95f, .82f, .61f, .73f});
  // The target's logit minus the best other one.
  columns["fine/margin"] = at::where(columns["fine/predicted"].eq(out.asked[0].target),
                                     at::ones({6}), -columns["fine/nll"] - best.log());
  return out;
}

TEST_CASE("calibration: the distance of confidence and accuracy, bin by bin") {
  // Two bins of width 1/2: all four in the upper one, .5 right at .7775.
  const auto wide = find(compute("calibration", {four()}, {{"bins", 2}}), "calibration_error");
  CHECK_THAT(*wide.value, WithinAbs(0.2775, 1e-6));
  // Ten bins: each alone, .05 .82 .39 .73.
  const auto narrow = find(compute("calibration", {four()}, {{"bins", 10}}), "calibration_error");
  CHECK_THAT(*narrow.value, WithinAbs(0.4975, 1e-6));
  for (const auto& value : {wide, narrow}) {
    REQUIRE(value.per_sample.size() == 4);
    const double sum = std::accumulate(value.per_sample.begin(), value.per_sample.end(), 0.0);
    CHECK_THAT(sum / 4, WithinAbs(*value.value, 1e-12));
    CHECK(value.evaluation == "in_domain");
    CHECK(value.title == "ECE");
    CHECK_FALSE(value.higher_is_better);
  }
}

TEST_CASE("calibration: nothing retained is undefined, a column that is not there is refused") {
  auto one = four();
  one.asked[0].forget.fill_(true);
  CHECK(value_of("calibration", {one}, "calibration_error").reason ==
        "no retain images in this evaluation");
  one = four();
  one.after.columns.erase("fine/margin");
  CHECK_THROWS_MATCHES(compute("calibration", {one}), Error,
                       Message("'fine/margin': no such column (there are: coarse/predicted, "
                               "fine/nll, fine/predicted)"));
}

}  // namespace
}  // namespace lacuna::testing
