// The checkpoint rule: which epoch's weights are kept (Tan & Gong, 2026, released code).
#pragma once

#include <cstdint>

namespace lacuna {

// Lowest forget accuracy for objectives that drive it down: kept when strictly below the best so
// far, which starts at
// 1. Highest for objectives that fit labels: kept when not below the best so far, which starts at
// 0, so of equal epochs the later.
class BestEpoch {
 public:
  enum class Aim { lowest, highest };

  // Whether the epoch with this accuracy is the best so far.
  bool offer(std::int64_t epoch, double accuracy, Aim aim) {
    if (kept_ < 0) best_ = aim == Aim::lowest ? 1 : 0;
    const bool better = aim == Aim::lowest ? accuracy < best_ : accuracy >= best_;
    if (better) best_ = accuracy, kept_ = epoch;
    return better;
  }

  // -1 while no epoch qualified; the loop then keeps the last.
  std::int64_t kept() const { return kept_; }

 private:
  double best_ = 1;
  std::int64_t kept_ = -1;
};

}  // namespace lacuna
