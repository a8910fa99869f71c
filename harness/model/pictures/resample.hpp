// The two passes of Pillow's bicubic resampling over a window of the result.
#pragma once

#include <cstdint>
#include <vector>

namespace lacuna {

// The weights of one side: output i is the sum over j < count[i] of input[first[i] + j] times
// weights[i * most + j], in 22-bit fixed point; they add up to 1 << 22, or nearly.
struct Taps {
  std::vector<std::int64_t> first, count;
  std::vector<std::int32_t> weights;
  std::int64_t most = 0;

  std::int64_t size() const { return static_cast<std::int64_t>(first.size()); }
  bool copies() const { return most == 1; }  // the side keeps its length: Pillow skips the pass
  // The inputs that are read: [begin, end).
  std::int64_t begin() const;
  std::int64_t end() const;
};

// For outputs [crop, crop + size) of a side that goes from `from` pixels to `to`.
Taps taps(std::int64_t from, std::int64_t to, std::int64_t crop, std::int64_t size);

struct PictureView {
  const std::uint8_t* pixels;  // [height, width, 3]
  std::int64_t height, width;
};

// Horizontal pass, then vertical pass, to `out` [3, rows.size(), columns.size()]. [any thread]
void resample(const PictureView& picture, const Taps& rows, const Taps& columns, std::uint8_t* out);

}  // namespace lacuna
