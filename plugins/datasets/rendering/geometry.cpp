#include "rendering/geometry.hpp"

#include <array>
#include <cmath>
#include <numbers>

namespace lacuna::rendering {
namespace {

std::array<int, 360> sines() {
  std::array<int, 360> table{};
  for (int degree = 0; degree < 360; ++degree) {
    // No whole degree comes near a tie at this scale, so the last bit of a machine's sin() cannot
    // matter.
    table[degree] =
        static_cast<int>(std::lround(std::sin(degree * std::numbers::pi / 180) * (1 << kSineBits)));
  }
  return table;
}

}  // namespace

int sine(int degrees) {
  static const std::array<int, 360> table = sines();
  return table[((degrees % 360) + 360) % 360];
}

std::int64_t root(std::int64_t n) {
  auto guess = static_cast<std::int64_t>(std::sqrt(static_cast<double>(n)));
  while (guess * guess > n) --guess;
  while ((guess + 1) * (guess + 1) <= n) ++guess;
  return guess;
}

cv::Point Transform::operator()(cv::Point point) const {
  constexpr std::int64_t box = kBox * kFine;
  std::int64_t x = mirrored ? -point.x : point.x;
  std::int64_t y = point.y;
  x += shear * y / 100 + bend * y * y / (100 * box);
  x = x * half_x / box;
  y = y * half_y / box;
  const std::int64_t c = cosine(degrees), s = sine(degrees);
  return {centre.x + static_cast<int>((x * c - y * s) >> kSineBits),
          centre.y + static_cast<int>((x * s + y * c) >> kSineBits)};
}

}  // namespace lacuna::rendering
