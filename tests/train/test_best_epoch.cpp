// The checkpoint rule of the released code.
#include <catch2/catch_test_macros.hpp>
#include <vector>

#include "train/best_epoch.hpp"

namespace lacuna {
namespace {

std::int64_t kept(const std::vector<double>& accuracies, BestEpoch::Aim aim) {
  BestEpoch best;
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

}  // namespace
}  // namespace lacuna
