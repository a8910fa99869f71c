// Pairs of a shortcut and the long way to the same tensor, timed in one run and compared before
// they are timed.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <string>

namespace lacuna::bench {

using Way = std::function<at::Tensor()>;

// Registers "<name>/shortcut" and "<name>/long way". If the first results of both differ by more
// than float rounding, neither is timed and the row says so: a fast way to another answer is no
// shortcut.
void add_pair(const std::string& name, Way shortcut, Way long_way);

// Registers one benchmark without a counterpart. `bytes`, `items`: what one call handles, for a
// rate; 0: none.
void add_single(const std::string& name, std::function<void()> work, std::int64_t bytes,
                std::int64_t items);

// Runs what was registered (Google Benchmark's flags apply) and prints the ratio of every pair. The
// exit status.
int run(int argc, char** argv);

}  // namespace lacuna::bench
