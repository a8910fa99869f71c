// The checkpoint rule: which epoch's weights are kept (Tan & Gong, 2026, released code).
#pragma once

#include <cmath>
#include <cstdint>

namespace lacuna {

// Lowest forget accuracy for objectives that drive it down: kept when strictly below the best so
// far, which starts at 1. Highest for objectives that fit labels: kept when not below the best so
// far, which starts at 0, so of equal epochs the later.
class BestEpoch {
 public:
  enum class Aim { lowest, highest };

  // `rounded`: as the released code, which compares per cent with the best rounded to three
  // decimals.
  explicit BestEpoch(bool rounded = false) : rounded_(rounded) {}

  // Whether the epoch with this accuracy is the best so far.
  bool offer(std::int64_t epoch, double accuracy, Aim aim) {
    if (rounded_) accuracy *= 100;
    if (kept_ < 0) best_ = aim == Aim::highest ? 0 : rounded_ ? 100 : 1;
    const bool better = aim == Aim::lowest ? accuracy < best_ : accuracy >= best_;
    if (better) {
      best_ = rounded_ ? std::nearbyint(accuracy * 1000) / 1000 : accuracy;
      kept_ = epoch;
    }
    return better;
  }

  // -1 while no epoch qualified; the loop then keeps the last.
  std::int64_t kept() const { return kept_; }

 private:
  bool rounded_;
  double best_ = 1;
  std::int64_t kept_ = -1;
};

}  // namespace lacuna
