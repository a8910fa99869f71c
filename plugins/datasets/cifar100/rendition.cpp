#include "rendition.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "files.hpp"

namespace lacuna::cifar {
namespace {

using Plane = std::array<int, static_cast<std::size_t>(kPixels)>;

// Strengths of the styles. A change here changes bytes: raise kRendition in cifar100.cpp with it.
constexpr int kTones = 4;         // of the pencil's shading
constexpr int kDarkestTone = 96;  // shading goes from here to white paper
constexpr int kEdgeFloor = 20;    // slopes below this leave no line
constexpr int kEdgeGain = 3;      // quarters of a level a unit of slope
constexpr int kPosterLevels = 4;  // a channel

int at(const Plane& plane, int x, int y) {
  return plane[static_cast<std::size_t>(std::clamp(y, 0, kSide - 1) * kSide +
                                        std::clamp(x, 0, kSide - 1))];
}

template <class Value>
Plane map_pixels(Value value) {
  Plane out{};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) out[static_cast<std::size_t>(y * kSide + x)] = value(x, y);
  }
  return out;
}

Plane grey(const std::uint8_t* planes) {
  return map_pixels([&](int x, int y) {
    const auto i = y * kSide + x;
    return (77 * planes[i] + 150 * planes[i + kPixels] + 29 * planes[i + 2 * kPixels] + 128) >> 8;
  });
}

Plane soften(const Plane& plane) {
  return map_pixels([&](int x, int y) {
    const auto row = [&](int v) {
      return at(plane, x - 1, v) + 2 * at(plane, x, v) + at(plane, x + 1, v);
    };
    return (row(y - 1) + 2 * row(y) + row(y + 1) + 8) >> 4;
  });
}

Plane drawing(const std::uint8_t* planes) {
  const Plane sharp = grey(planes), soft = soften(sharp);
  return map_pixels([&](int x, int y) {
    const int dx = at(sharp, x + 1, y) - at(sharp, x - 1, y);
    const int dy = at(sharp, x, y + 1) - at(sharp, x, y - 1);
    const int line = std::max(0, std::abs(dx) + std::abs(dy) - kEdgeFloor) * kEdgeGain / 4;
    const int tone = std::min(at(soft, x, y) * kTones / 256, kTones - 1);
    return std::max(0, kDarkestTone + tone * (255 - kDarkestTone) / (kTones - 1) - line);
  });
}

void write_grey(const Plane& plane, std::uint8_t* rgb) {
  for (const int value : plane) rgb = std::fill_n(rgb, 3, static_cast<std::uint8_t>(value));
}

}  // namespace

const std::vector<std::string>& styles() {
  static const std::vector<std::string> all{"photo", "drawing", "greyscale", "posterised"};
  return all;
}

void render(const std::string& style, const std::uint8_t* planes, std::uint8_t* rgb) {
  if (style == "drawing") return write_grey(drawing(planes), rgb);
  if (style == "greyscale") return write_grey(grey(planes), rgb);
  const bool poster = style == "posterised";
  for (std::int64_t i = 0; i < kPixels; ++i) {
    for (int channel = 0; channel < 3; ++channel) {
      const int value = planes[channel * kPixels + i];
      const int level = value * kPosterLevels / 256 * 255 / (kPosterLevels - 1);
      *rgb++ = static_cast<std::uint8_t>(poster ? level : value);
    }
  }
}

}  // namespace lacuna::cifar
