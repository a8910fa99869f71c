#include "rendering/canvas.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <opencv2/imgproc.hpp>

namespace lacuna::rendering {
namespace {

int level(SplitMix& random) { return static_cast<int>(random.between(0, 255)); }

// A line as a quadrilateral, lengthened by half its width at both ends so that joints close.
void fill_stretch(cv::Mat& picture, cv::Point from, cv::Point to, int width, int value) {
  const std::int64_t dx = to.x - from.x, dy = to.y - from.y;
  const std::int64_t length = std::max<std::int64_t>(1, root(dx * dx + dy * dy));
  const auto along = [&](std::int64_t d) { return static_cast<int>(d * width / (2 * length)); };
  const int ax = along(dx), ay = along(dy);
  const std::array<cv::Point, 4> corners{
      cv::Point{from.x - ax - ay, from.y - ay + ax}, cv::Point{to.x + ax - ay, to.y + ay + ax},
      cv::Point{to.x + ax + ay, to.y + ay - ax}, cv::Point{from.x - ax + ay, from.y - ay - ax}};
  cv::fillConvexPoly(picture, corners.data(), 4, cv::Scalar::all(value), cv::LINE_8, kShift);
}

}  // namespace

Colour any_colour(SplitMix& random) {
  const int r = level(random), g = level(random), b = level(random);
  return {r, g, b};
}

Colour contrasting_colour(const Colour& other, int contrast, SplitMix& random) {
  for (int attempt = 0; attempt < 64; ++attempt) {
    const Colour colour = any_colour(random);
    if (std::abs(colour.luma() - other.luma()) >= contrast) return colour;
  }
  return other.luma() < 128 ? Colour{255, 255, 255} : Colour{};
}

Colour mix(const Colour& a, const Colour& b, int percent) {
  const auto blend = [&](int x, int y) { return (x * percent + y * (100 - percent)) / 100; };
  return {blend(a.r, b.r), blend(a.g, b.g), blend(a.b, b.b)};
}

void fill_area(cv::Mat& picture, const std::vector<Ring>& rings, int value) {
  cv::fillPoly(picture, rings, cv::Scalar::all(value), cv::LINE_8, kShift);
}

void fill_line(cv::Mat& picture, const Ring& path, int width, int value, bool closed) {
  for (std::size_t i = 1; i < path.size(); ++i) {
    fill_stretch(picture, path[i - 1], path[i], width, value);
  }
  if (closed && path.size() > 2) fill_stretch(picture, path.back(), path.front(), width, value);
}

cv::Mat mask_of(const Drawing& drawing, const Transform& transform, int line_percent, int side,
                int least) {
  cv::Mat mask(side, side, CV_8UC1, cv::Scalar::all(0));
  std::vector<Ring> rings;
  for (const Shape& shape : drawing.shapes()) {
    if (shape.width > 0 && shape.width < least) continue;
    rings = shape.rings;
    for (Ring& ring : rings) std::transform(ring.begin(), ring.end(), ring.begin(), transform);
    const int value = shape.cut ? 0 : 255;
    if (shape.width == 0) {
      fill_area(mask, rings, value);
    } else {
      fill_line(mask, rings[0], transform.width(shape.width) * line_percent / 100, value);
    }
  }
  return mask;
}

Canvas::Canvas(int size, const Colour& background)
    : size_(size),
      numbers_(size * kSupersample, size * kSupersample, CV_8UC1, cv::Scalar::all(0)),
      palette_{background} {}

int Canvas::add(const Colour& colour) {
  palette_.push_back(colour);
  return static_cast<int>(palette_.size()) - 1;
}

void Canvas::develop(int light, int noise, SplitMix& random, std::uint8_t* rgb) const {
  // Three sums in one word: 16 values of 8 bits need 12 bits each.
  std::array<std::uint64_t, 256> packed{};
  for (std::size_t i = 0; i < palette_.size(); ++i) {
    const auto part = [](int v, int bit) { return static_cast<std::uint64_t>(v) << bit; };
    packed[i] = part(palette_[i].r, 0) | part(palette_[i].g, 20) | part(palette_[i].b, 40);
  }
  const auto slope_x = random.between(-light, light), slope_y = random.between(-light, light);
  constexpr int area = kSupersample * kSupersample;
  for (int y = 0; y < size_; ++y) {
    for (int x = 0; x < size_; ++x) {
      std::uint64_t sum = 0;
      for (int row = 0; row < kSupersample; ++row) {
        const std::uint8_t* numbers = numbers_.ptr(y * kSupersample + row) + x * kSupersample;
        for (int column = 0; column < kSupersample; ++column) sum += packed[numbers[column]];
      }
      const auto ramp = (slope_x * (2 * x - size_) + slope_y * (2 * y - size_)) / (2 * size_);
      const std::uint64_t draw = random.next();
      for (int channel = 0; channel < 3; ++channel) {
        const auto mean = static_cast<std::int64_t>((sum >> (20 * channel)) & 0xFFFFF);
        // The sum of two uniform bytes: a triangular distribution around 0.
        const auto two = static_cast<std::int64_t>(((draw >> (16 * channel)) & 0xFF) +
                                                   ((draw >> (16 * channel + 8)) & 0xFF)) -
                         255;
        const auto value = (mean + area / 2) / area + ramp + two * noise / 256;
        *rgb++ = static_cast<std::uint8_t>(std::clamp<std::int64_t>(value, 0, 255));
      }
    }
  }
}

}  // namespace lacuna::rendering
