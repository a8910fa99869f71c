// Plane geometry in whole numbers, so that a picture has the same bytes on every machine.
#pragma once

#include <cstdint>
#include <opencv2/core/types.hpp>

namespace lacuna::rendering {

// Drawings live in a box of -100 … 100 units, y down; their points are kept in 1/16 of a unit.
inline constexpr int kBox = 100;
inline constexpr int kFine = 16;
// Pixel coordinates carry the same number of fractional bits (the `shift` of OpenCV's drawing
// functions).
inline constexpr int kShift = 4;
// Sines are scaled by 2^14.
inline constexpr int kSineBits = 14;

// sin and cos of whole degrees (any sign), times 2^14, rounded.
int sine(int degrees);
inline int cosine(int degrees) { return sine(degrees + 90); }

// floor(sqrt(n)), n >= 0.
std::int64_t root(std::int64_t n);

// From drawing coordinates (1/16 unit) to picture coordinates (1/16 pixel).
struct Transform {
  std::int64_t half_x = 0,
               half_y = 0;  // what 100 units become along each axis before the turn, 1/16 pixel
  std::int64_t shear = 0, bend = 0;  // percent of the box: x += shear·y, x += bend·y²
  int degrees = 0;
  bool mirrored = false;
  cv::Point centre;  // 1/16 pixel

  cv::Point operator()(cv::Point point) const;
  // The width of a line of `units`, 1/16 pixel.
  int width(int units) const { return static_cast<int>(units * (half_x + half_y) / (2 * kBox)); }
};

}  // namespace lacuna::rendering
