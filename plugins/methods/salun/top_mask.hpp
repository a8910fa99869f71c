// The largest entries of many tensors together, found without sorting or copying them.
#pragma once

#include <ATen/ops/searchsorted.h>
#include <ATen/ops/zeros.h>

#include <bit>
#include <cstdint>

#include "lacuna/lacuna.hpp"

namespace salun {

struct TopMask {
  lacuna::NamedTensors mask;  // bool, of the values' shapes
  std::int64_t kept = 0;      // how many are true
  float threshold = 0;        // the smallest magnitude among them; 0 if there are none
};

namespace detail {

// Of a float that is not negative, larger bits are a larger value: int32 [n].
inline at::Tensor magnitude_bits(const at::Tensor& values) {
  return values.detach().abs().flatten().contiguous().view(at::kInt);
}

// The bin in which the `rank`-th largest lies, counted from 1; `rank` becomes its rank in that bin.
inline std::int32_t bin_of(const at::Tensor& histogram, std::int64_t& rank) {
  const auto from_top = histogram.flip(0).cumsum(0);
  const auto place = at::searchsorted(from_top, rank).item<std::int64_t>();
  if (place > 0) rank -= from_top[place - 1].item<std::int64_t>();
  return static_cast<std::int32_t>(histogram.size(0) - 1 - place);
}

}  // namespace detail

// Marks the floor(fraction * n) entries of largest magnitude among all n; of equal ones those that
// come first in name order, then in row-major order. Exact, in three passes with one tensor's bits
// in memory at a time: the upper 16 bits' histogram finds the bin of the threshold, the lower 15
// bits' its value. float32 tensors on any device. Throws Error for a value that is not finite.
inline TopMask top_mask(const lacuna::NamedTensors& values, double fraction) {
  constexpr int low_bits = 15;
  constexpr std::int32_t infinite = 0x7F800000 >> low_bits;
  auto high = at::zeros({1 << 16}, at::kLong), low = at::zeros({1 << low_bits}, at::kLong);
  for (const auto& [name, value] : values)
    high += detail::magnitude_bits(value)
                .bitwise_right_shift(low_bits)
                .bincount({}, high.size(0))
                .cpu();
  if (high.slice(0, infinite).sum().item<std::int64_t>() > 0)
    throw lacuna::Error("gradient: it has entries that are not finite");

  TopMask out;
  out.kept =
      static_cast<std::int64_t>(fraction * static_cast<double>(high.sum().item<std::int64_t>()));
  auto rank = out.kept;
  std::int32_t threshold = infinite << low_bits;  // above everything
  if (rank > 0) {
    const auto bin = detail::bin_of(high, rank);
    for (const auto& [name, value] : values) {
      const auto bits = detail::magnitude_bits(value);
      low += bits.masked_select(bits.bitwise_right_shift(low_bits).eq(bin))
                 .bitwise_and((1 << low_bits) - 1)
                 .bincount({}, low.size(0))
                 .cpu();
    }
    threshold = (bin << low_bits) | detail::bin_of(low, rank);
    out.threshold = std::bit_cast<float>(threshold);
  }
  for (const auto& [name, value] : values) {
    const auto bits = detail::magnitude_bits(value);
    auto mask = bits.gt(threshold);
    if (rank > 0) {
      const auto ties = bits.eq(threshold).nonzero().flatten().slice(0, 0, rank);
      mask.index_fill_(0, ties, 1);
      rank -= ties.size(0);
    }
    out.mask[name] = mask.view(value.sizes());
  }
  return out;
}

}  // namespace salun
