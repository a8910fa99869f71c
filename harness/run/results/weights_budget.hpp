// Which unlearned weights stay in a results folder when nothing needs them any more.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "run/results/store.hpp"

namespace lacuna {

// Weights count as used when they are made and each time that a job begins with them; the file's
// time says when.
void touch_weights(const Store& store, const std::string& unlearn);

// Takes away the least recently used weights until all together are within `budget` bytes, but for
// those that `needed` says are still to be used and those whose unlearn job somebody holds the lock
// of. Never throws: what cannot be removed stays.
void drop_weights(const Store& store, std::uintmax_t budget,
                  const std::function<bool(const std::string& unlearn)>& needed);

}  // namespace lacuna
