// The checkpoint rule of the released code.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "train/best_epoch.hpp"

namespace lacuna {
namespace {

std::int64_t kept(const std::vector<double>& accuracies, BestEpoch::Aim aim, bool rounded = false) {
  BestEpoch best(rounded);
  for (std::size_t i = 0; i < accuracies.size(); ++i)
    best.offer(static_cast<std::int64_t>(i), accuracies[i], aim);
  return best.kept();
}

TEST_CASE("the lowest accuracy is kept, of equal ones the first") {
  CHECK(kept({.9, .2, .4}, BestEpoch::Aim::lowest) == 1);
  CHECK(kept({.9, .2, .2, .3}, BestEpoch::Aim::lowest) == 1);
  CHECK(kept({0, 0, 0}, BestEpoch::Aim::lowest) == 0);
}

TEST_CASE("an epoch that still knows everything does not qualify") {
  CHECK(kept({1, 1, 1}, BestEpoch::Aim::lowest) == -1);
  CHECK(kept({1, .99}, BestEpoch::Aim::lowest) == 1);
}

TEST_CASE("the highest fit is kept, of equal ones the last; a fit of 0 qualifies") {
  CHECK(kept({.1, .8, .3}, BestEpoch::Aim::highest) == 1);
  CHECK(kept({.1, .8, .8, .3}, BestEpoch::Aim::highest) == 2);
  CHECK(kept({0, 0}, BestEpoch::Aim::highest) == 1);
}

TEST_CASE("as released: the best is rounded to three decimals of a per cent, the others are not") {
  const auto lowest = [](const std::vector<double>& accuracies, bool rounded) {
    return kept(accuracies, BestEpoch::Aim::lowest, rounded);
  };
  // 2/3 becomes 66.667 %, and the same accuracy is below that: of equal epochs the later.
  CHECK(lowest({2. / 3, 2. / 3}, false) == 0);
  CHECK(lowest({2. / 3, 2. / 3}, true) == 1);
  CHECK(lowest({2. / 3, .6666699}, true) == 1);  // even of slightly worse ones
  CHECK(lowest({2. / 3, .66667001}, true) == 0);
  // 1/3 becomes 33.333 %: what is below by less than that lost does not count.
  CHECK(lowest({1. / 3, .3333301}, false) == 1);
  CHECK(lowest({1. / 3, .3333301}, true) == 0);
  CHECK(lowest({1. / 3, .3333299}, true) == 1);
  CHECK(lowest({1, 1}, true) == -1);
  CHECK(lowest({1, .999999, .99999}, true) == 2);  // 99.9999 % becomes 100 %, and may be kept again

  const auto highest = [](const std::vector<double>& accuracies, bool rounded) {
    return kept(accuracies, BestEpoch::Aim::highest, rounded);
  };
  CHECK(highest({2. / 3, 2. / 3}, false) == 1);
  CHECK(highest({2. / 3, 2. / 3}, true) == 0);  // 66.6666… % is below 66.667 %
  CHECK(highest({1. / 3, 1. / 3}, true) == 1);
  CHECK(highest({1. / 3, .3333301}, true) == 1);  // even of slightly worse ones
  CHECK(highest({.5, .5}, true) == 1);
  CHECK(highest({0, 0}, true) == 1);
}

}  // namespace
}  // namespace lacuna
