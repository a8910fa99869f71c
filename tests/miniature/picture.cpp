#include "miniature/picture.hpp"

#include <array>
#include <cmath>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "miniature/encode.hpp"
#include "miniature/files.hpp"

namespace lacuna::miniature {
namespace {

double unit(SplitMix& random) { return static_cast<double>(random.next() >> 11) * 0x1p-53; }

cv::Vec3d colour(SplitMix& random) {
  return {30 + 200 * unit(random), 30 + 200 * unit(random), 30 + 200 * unit(random)};
}

// Stripes and an ellipse: colours, direction, width and shape by the look; place, phase and light
// by the picture. Small, because it is enlarged afterwards.
cv::Mat pattern(SplitMix look, SplitMix& picture, int width, int height) {
  const auto first = colour(look), second = colour(look), third = colour(look);
  const double angle = M_PI * unit(look), waves = 2 + 8 * unit(look), aspect = 0.4 + unit(look);
  const double phase = 2 * M_PI * unit(picture), light = 0.75 + 0.5 * unit(picture);
  const double x0 = 0.3 + 0.4 * unit(picture), y0 = 0.3 + 0.4 * unit(picture);
  const double radius = 0.12 + 0.14 * unit(picture);
  cv::Mat out(height, width, CV_8UC3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const double u = (x + 0.5) / width, v = (y + 0.5) / height;
      const double along = std::cos(angle) * u + std::sin(angle) * v;
      const double wave = 0.5 + 0.5 * std::sin(2 * M_PI * waves * along + phase);
      const double dx = (u - x0) / aspect, dy = v - y0;
      const bool inside = dx * dx + dy * dy < radius * radius;
      const auto value = light * (inside ? third : wave * first + (1 - wave) * second);
      for (int c = 0; c < 3; ++c) out.at<cv::Vec3b>(y, x)[c] = cv::saturate_cast<uchar>(value[c]);
    }
  }
  return out;
}

// Photographs have grain, which is most of what a JPEG file's size and decoding time go into.
void add_grain(cv::Mat& picture, SplitMix& random) {
  static const auto grain = [] {
    std::array<int, 1 << 16> all{};
    SplitMix source(1);
    for (auto& value : all) value = static_cast<int>(source.between(-12, 12));
    return all;
  }();
  auto at = static_cast<std::size_t>(random.next());
  for (int y = 0; y < picture.rows; ++y) {
    auto* row = picture.ptr<uchar>(y);
    at += 7919;
    for (int x = 0; x < 3 * picture.cols; ++x)
      row[x] =
          cv::saturate_cast<uchar>(row[x] + grain[(at + static_cast<std::size_t>(x)) & 0xFFFF]);
  }
}

std::string jpeg(const cv::Mat& picture, bool progressive = false) {
  return encode_jpeg(picture.ptr(), picture.cols, picture.rows, picture.channels(), progressive);
}

cv::Mat converted(const cv::Mat& picture, int how) {
  cv::Mat out;
  cv::cvtColor(picture, out, how);
  return out;
}

}  // namespace

std::string draw(std::uint64_t look, std::uint64_t index, std::uint64_t seed, int width, int height,
                 Mode mode) {
  if (mode == Mode::cmyk_jpeg) return cmyk_jpeg();
  SplitMix picture(derive_seed(seed, std::to_string(look) + '/' + std::to_string(index)));
  cv::Mat bgr;
  cv::resize(pattern(SplitMix(derive_seed(look, "look")), picture, std::min(width, 64),
                     std::min(height, 48)),
             bgr, {width, height}, 0, 0, cv::INTER_LINEAR);
  add_grain(bgr, picture);
  switch (mode) {
    case Mode::grey_jpeg:
      return jpeg(converted(bgr, cv::COLOR_BGR2GRAY));
    case Mode::progressive_jpeg:
      return jpeg(converted(bgr, cv::COLOR_BGR2RGB), true);
    case Mode::png:
      return encode_png(converted(bgr, cv::COLOR_BGR2RGB).ptr(), width, height, 3);
    case Mode::rgba_png: {
      auto rgba = converted(bgr, cv::COLOR_BGR2RGBA);
      for (int x = 0; x < rgba.cols / 4; ++x)  // a transparent strip
        for (int y = 0; y < rgba.rows; ++y) rgba.at<cv::Vec4b>(y, x)[3] = 0;
      return encode_png(rgba.ptr(), width, height, 4);
    }
    case Mode::gif:
      return gif(bgr.ptr<std::uint8_t>(0), bgr.cols, bgr.rows);
    default:
      return jpeg(converted(bgr, cv::COLOR_BGR2RGB));
  }
}

}  // namespace lacuna::miniature
