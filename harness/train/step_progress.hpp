// What a loop says while it runs, for a live display.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace lacuna {

// Told on the training thread, at most once a step.
struct Progress {
  std::int64_t step = 0, steps = 0, epoch = 0;
  // On a GPU at an epoch's end only: they would make it wait.
  std::optional<double> loss = {}, forget_accuracy = {};
  std::string note = {};  // what the method has just logged; empty: nothing
};

}  // namespace lacuna
