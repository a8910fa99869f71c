#include "rendering/styles.hpp"

#include <algorithm>
#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <vector>

#include "rendering/canvas.hpp"

namespace lacuna::rendering {
namespace {

// Lines at least this wide (units) are areas to a pencil, which draws their outline.
constexpr int kPencilWidth = 15;

int draw(SplitMix& random, std::int64_t low, std::int64_t high) {
  return static_cast<int>(random.between(low, high));
}

bool chance(SplitMix& random, int percent) { return random.between(0, 99) < percent; }

Transform place(const Nuisances& n, int side, SplitMix& random) {
  const int half_picture = side << (kShift - 1);
  const int scale = draw(random, n.scale_low, n.scale_high);
  const auto axis = [&] {
    return std::int64_t{half_picture} * scale * draw(random, 100 - n.squeeze, 100 + n.squeeze) /
           10000;
  };
  Transform transform;
  transform.half_x = axis();
  transform.half_y = axis();
  transform.shear = draw(random, -n.shear, n.shear);
  transform.bend = draw(random, -n.bend, n.bend);
  transform.degrees = draw(random, -n.turn, n.turn);
  transform.mirrored = n.mirror && chance(random, 50);
  const int room = std::max(0, half_picture * (100 - scale + n.overhang) / 100);
  transform.centre.x = half_picture + draw(random, -room, room);
  transform.centre.y = half_picture + draw(random, -room, room);
  return transform;
}

cv::Point anywhere(int side, SplitMix& random) {
  const int x = draw(random, 0, side << kShift), y = draw(random, 0, side << kShift);
  return {x, y};
}

// Something that is no concept: a blob, a stroke or a splinter.
void scatter(cv::Mat& numbers, int colour, SplitMix& random) {
  const int side = numbers.cols, unit = side << kShift;
  const cv::Point at = anywhere(side, random);
  const auto near = [&](int percent) {
    const int reach = unit * percent / 100;
    return at + cv::Point{draw(random, -reach, reach), draw(random, -reach, reach)};
  };
  switch (random.between(0, 2)) {
    case 0: {
      Ring ring;
      const int radius = draw(random, unit / 32, unit / 12);
      for (int degrees = 0; degrees < 360; degrees += 40) {
        const int reach = radius * draw(random, 75, 115) / 100;
        ring.push_back(at + cv::Point{(reach * cosine(degrees)) >> kSineBits,
                                      (reach * sine(degrees)) >> kSineBits});
      }
      return fill_area(numbers, {ring}, colour);
    }
    case 1: {
      const Ring path{at, near(30), near(45)};
      return fill_line(numbers, path, draw(random, unit / 64, unit / 24), colour);
    }
    default: {
      const Ring ring{at, near(18), near(18)};
      return fill_area(numbers, {ring}, colour);
    }
  }
}

// A bar across the middle of the drawing, wherever that is.
void occlude(Canvas& canvas, const Transform& transform, int colour, SplitMix& random) {
  const int unit = canvas.side() << kShift;
  const int degrees = draw(random, 0, 179);
  const int off = draw(random, -unit / 5, unit / 5);
  const int dx = (unit * cosine(degrees)) >> kSineBits, dy = (unit * sine(degrees)) >> kSineBits;
  const cv::Point at = transform.centre + cv::Point{-dy * off / unit, dx * off / unit};
  fill_line(canvas.numbers(), {at - cv::Point{dx, dy}, at + cv::Point{dx, dy}},
            draw(random, unit / 24, unit / 10), colour);
}

// A path gone over with a trembling hand: a point about every `step` of it, each a little off.
void tremble(cv::Mat& numbers, const Ring& path, int step, int reach, int width, int colour,
             bool closed, SplitMix& random) {
  Ring shaky;
  shaky.reserve(path.size() / static_cast<std::size_t>(step) + 2);
  const auto off = [&] { return draw(random, -reach, reach); };
  for (std::size_t i = 0; i < path.size(); i += static_cast<std::size_t>(step)) {
    const int x = off(), y = off();
    shaky.push_back(path[i] + cv::Point{x, y});
  }
  if (!closed && (path.size() - 1) % static_cast<std::size_t>(step) != 0) {
    shaky.push_back(path.back());
  }
  fill_line(numbers, shaky, width, colour, closed);
}

void hatch(Canvas& canvas, const cv::Mat& body, int colour, SplitMix& random) {
  const int side = canvas.side(), unit = side << kShift;
  cv::Mat lines(side, side, CV_8UC1, cv::Scalar::all(0));
  const int gap = draw(random, unit / 16, unit / 9), lean = draw(random, unit / 4, unit);
  for (int x = -lean; x < unit + lean; x += gap) {
    fill_line(lines, {{x, 0}, {x + lean, unit}}, unit / 64, 255);
  }
  cv::bitwise_and(lines, body, lines);
  canvas.paint(lines, colour);
}

}  // namespace

void paint_filled(const Drawing& drawing, const Nuisances& n, int size, SplitMix& random,
                  std::uint8_t* rgb) {
  const Colour background = any_colour(random);
  const Colour foreground = contrasting_colour(background, n.contrast, random);
  Canvas canvas(size, background);
  for (auto left = random.between(0, n.clutter); left > 0; --left) {
    const Colour tint = any_colour(random);
    const Colour colour = mix(tint, background, draw(random, 30, 90));
    scatter(canvas.numbers(), canvas.add(colour), random);
  }
  const Transform transform = place(n, canvas.side(), random);
  const int line_percent = draw(random, n.line_low, n.line_high);
  canvas.paint(mask_of(drawing, transform, line_percent, canvas.side()), canvas.add(foreground));
  if (chance(random, n.occlusion)) {
    occlude(canvas, transform, canvas.add(any_colour(random)), random);
  }
  canvas.develop(n.light, draw(random, n.noise_low, n.noise_high), random, rgb);
}

void paint_sketch(const Drawing& drawing, const Nuisances& n, int size, SplitMix& random,
                  std::uint8_t* rgb) {
  const int white = draw(random, 214, 250);
  const Colour paper{white, white - draw(random, 0, 6), white - draw(random, 0, 18)};
  const int dark = draw(random, 30, white - n.contrast - 40);
  const Colour pencil{dark, dark, dark + draw(random, 0, 14)};
  Canvas canvas(size, paper);
  const int side = canvas.side(), unit = side << kShift;

  const int faint = canvas.add(mix(pencil, paper, 28));
  for (auto left = random.between(0, n.clutter); left > 0; --left) {
    const Ring path{anywhere(side, random), anywhere(side, random), anywhere(side, random)};
    fill_line(canvas.numbers(), path, unit / 56, faint);
  }

  const Transform transform = place(n, side, random);
  const int line_percent = draw(random, n.line_low, n.line_high);
  const cv::Mat body = mask_of(drawing, transform, line_percent, side, kPencilWidth);
  if (chance(random, 50)) hatch(canvas, body, canvas.add(mix(pencil, paper, 40)), random);

  const int width = draw(random, unit / 44, unit / 28), reach = unit / 64;
  const int second = canvas.add(mix(pencil, paper, 60)), first = canvas.add(pencil);
  std::vector<Ring> outlines;
  cv::findContours(body, outlines, cv::RETR_CCOMP, cv::CHAIN_APPROX_NONE);
  for (Ring& outline : outlines) {
    for (cv::Point& point : outline) point *= 1 << kShift;
    for (const int colour : {second, first}) {
      const bool tiny = outline.size() < 40;
      tremble(canvas.numbers(), outline, tiny ? 3 : 7, tiny ? reach / 2 : reach, width, colour,
              true, random);
    }
  }
  for (const Shape& shape : drawing.shapes()) {
    if (shape.width == 0 || shape.width >= kPencilWidth) continue;
    Ring path = shape.rings[0];
    std::transform(path.begin(), path.end(), path.begin(), transform);
    for (const int colour : {second, first}) {
      tremble(canvas.numbers(), path, 1, reach, width, colour, false, random);
    }
  }
  canvas.develop(n.light, draw(random, n.noise_low, n.noise_high), random, rgb);
}

}  // namespace lacuna::rendering
