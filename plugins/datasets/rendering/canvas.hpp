// A supersampled canvas of colour numbers, averaged exactly into an RGB picture.
#pragma once

#include <cstdint>
#include <opencv2/core/mat.hpp>
#include <vector>

#include "lacuna/lacuna.hpp"
#include "rendering/drawing.hpp"

namespace lacuna::rendering {

struct Colour {
  int r = 0, g = 0, b = 0;
  int luma() const { return (77 * r + 150 * g + 29 * b) >> 8; }
};

// Any colour.
Colour any_colour(SplitMix& random);
// A colour whose luma is at least `contrast` away from that of `other`.
Colour contrasting_colour(const Colour& other, int contrast, SplitMix& random);
// percent of `a`, the rest of `b`.
Colour mix(const Colour& a, const Colour& b, int percent);

// Side in pixels of the supersampled canvas for one pixel of the picture.
inline constexpr int kSupersample = 4;

// Areas and lines given in 1/16 canvas pixel, painted with `value` into a one-channel picture.
void fill_area(cv::Mat& picture, const std::vector<Ring>& rings, int value);
void fill_line(cv::Mat& picture, const Ring& path, int width, int value, bool closed = false);

// The ink of a drawing as a mask of 0 and 255. Lines narrower than `least` units are left out.
cv::Mat mask_of(const Drawing& drawing, const Transform& transform, int line_percent, int side,
                int least = 0);

class Canvas {
 public:
  // `size` is that of the picture; the whole canvas has `background`.
  Canvas(int size, const Colour& background);

  int side() const { return numbers_.cols; }  // canvas pixels
  int add(const Colour& colour);              // its number
  cv::Mat& numbers() { return numbers_; }     // uint8 [side, side]
  void paint(const cv::Mat& mask, int colour) { numbers_.setTo(colour, mask); }

  // RGB, size × size × 3 bytes, each the rounded mean of its block. Then a ramp of light and noise,
  // clipped.
  void develop(int light, int noise, SplitMix& random, std::uint8_t* rgb) const;

 private:
  int size_;
  cv::Mat numbers_;
  std::vector<Colour> palette_;
};

}  // namespace lacuna::rendering
