// Randomness: every draw comes from a generator named by a seed and a purpose, never from a global
// one.
#pragma once

#include <ATen/core/Generator.h>

#include <cstdint>
#include <string_view>

#include "lacuna/abi.hpp"

namespace lacuna {

// Mixes a seed with a purpose ("proxy", "order", "prompt", "method", …): FNV-1a of the name, then
// SplitMix64. The same on every machine.
LACUNA_EXPORT std::uint64_t derive_seed(std::uint64_t seed, std::string_view purpose);

// A CPU generator (mt19937) seeded with derive_seed(seed, purpose).
LACUNA_EXPORT at::Generator make_generator(std::uint64_t seed, std::string_view purpose);

// SplitMix64: eight lines, integers only, so that a renderer gives the same bytes on every machine.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  // Uniform in [low, high], both inclusive. low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }

 private:
  std::uint64_t state_;
};

}  // namespace lacuna
