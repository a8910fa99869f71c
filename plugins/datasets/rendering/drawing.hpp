// A picture's content as areas and lines in a box of ±100 units, before any style or nuisance.
#pragma once

#include <initializer_list>
#include <opencv2/core/types.hpp>
#include <vector>

#include "rendering/geometry.hpp"

namespace lacuna::rendering {

using Ring = std::vector<cv::Point>;  // closed, 1/16 unit

struct Shape {
  std::vector<Ring> rings;  // an area (even-odd), or one open path if width > 0
  int width = 0;            // of a line, in units; 0 for an area
  bool cut = false;         // removes ink instead of adding it
};

// Shapes in painting order. All arguments are units; angles are degrees, 0 to the right, 90 down.
class Drawing {
 public:
  // What follows adds ink (the default) or removes it.
  Drawing& ink() { return cut_ = false, *this; }
  Drawing& cut() { return cut_ = true, *this; }

  Drawing& polygon(std::initializer_list<cv::Point> points);
  // The same polygon and its mirror image about x = 0.
  Drawing& polygon_pair(std::initializer_list<cv::Point> points);
  Drawing& box(int left, int top, int right, int bottom);
  Drawing& disc(int x, int y, int radius) { return disc(x, y, radius, radius); }
  Drawing& disc(int x, int y, int radius_x, int radius_y);
  Drawing& disc_pair(int x, int y, int radius_x, int radius_y);
  // The part of a disc between two angles, closed by its chord.
  Drawing& segment(int x, int y, int radius_x, int radius_y, int from, int to);
  Drawing& regular(int corners, int radius, int degrees = -90);
  Drawing& star(int points, int outer, int inner, int degrees = -90);
  Drawing& line(std::initializer_list<cv::Point> points, int width);
  Drawing& arc(int x, int y, int radius, int from, int to, int width);
  // Rings given in 1/16 unit; holes by the even-odd rule.
  Drawing& area(std::vector<Ring> rings);
  Drawing& path(Ring points, int width);

  const std::vector<Shape>& shapes() const { return shapes_; }

 private:
  std::vector<Shape> shapes_;
  bool cut_ = false;
};

}  // namespace lacuna::rendering
