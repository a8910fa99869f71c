#include "rendering/drawing.hpp"

#include <utility>

namespace lacuna::rendering {
namespace {

cv::Point on_ellipse(int x, int y, int radius_x, int radius_y, int degrees) {
  return {x * kFine + ((radius_x * kFine * cosine(degrees)) >> kSineBits),
          y * kFine + ((radius_y * kFine * sine(degrees)) >> kSineBits)};
}

Ring fine(std::initializer_list<cv::Point> points, int sign = 1) {
  Ring ring;
  ring.reserve(points.size());
  for (cv::Point p : points) ring.emplace_back(sign * p.x * kFine, p.y * kFine);
  return ring;
}

Ring bow(int x, int y, int radius_x, int radius_y, int from, int to) {
  const int step = radius_x + radius_y > 60 ? 12 : 24;
  Ring ring;
  for (int degrees = from; degrees < to; degrees += step) {
    ring.push_back(on_ellipse(x, y, radius_x, radius_y, degrees));
  }
  ring.push_back(on_ellipse(x, y, radius_x, radius_y, to));
  return ring;
}

}  // namespace

Drawing& Drawing::area(std::vector<Ring> rings) {
  shapes_.push_back({std::move(rings), 0, cut_});
  return *this;
}

Drawing& Drawing::path(Ring points, int width) {
  shapes_.push_back({{std::move(points)}, width, cut_});
  return *this;
}

Drawing& Drawing::polygon(std::initializer_list<cv::Point> points) { return area({fine(points)}); }

Drawing& Drawing::polygon_pair(std::initializer_list<cv::Point> points) {
  area({fine(points)});
  return area({fine(points, -1)});
}

Drawing& Drawing::box(int left, int top, int right, int bottom) {
  return polygon({{left, top}, {right, top}, {right, bottom}, {left, bottom}});
}

Drawing& Drawing::disc(int x, int y, int radius_x, int radius_y) {
  return area({bow(x, y, radius_x, radius_y, 0, 348)});
}

Drawing& Drawing::disc_pair(int x, int y, int radius_x, int radius_y) {
  return disc(x, y, radius_x, radius_y).disc(-x, y, radius_x, radius_y);
}

Drawing& Drawing::segment(int x, int y, int radius_x, int radius_y, int from, int to) {
  return area({bow(x, y, radius_x, radius_y, from, to)});
}

Drawing& Drawing::regular(int corners, int radius, int degrees) {
  Ring ring;
  for (int i = 0; i < corners; ++i) {
    ring.push_back(on_ellipse(0, 0, radius, radius, degrees + 360 * i / corners));
  }
  return area({std::move(ring)});
}

Drawing& Drawing::star(int points, int outer, int inner, int degrees) {
  Ring ring;
  for (int i = 0; i < 2 * points; ++i) {
    const int radius = i % 2 == 0 ? outer : inner;
    ring.push_back(on_ellipse(0, 0, radius, radius, degrees + 180 * i / points));
  }
  return area({std::move(ring)});
}

Drawing& Drawing::line(std::initializer_list<cv::Point> points, int width) {
  return path(fine(points), width);
}

Drawing& Drawing::arc(int x, int y, int radius, int from, int to, int width) {
  return path(bow(x, y, radius, radius, from, to), width);
}

}  // namespace lacuna::rendering
