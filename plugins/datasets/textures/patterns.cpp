#include "patterns.hpp"

namespace lacuna::textures {
namespace {

using rendering::Drawing;
using rendering::kFine;
using rendering::kSineBits;
using rendering::Ring;

constexpr int kReach = 200;  // units from the middle

int vary(SplitMix& random, int low, int high) {
  return static_cast<int>(random.between(low, high));
}

// A period and where its first repetition starts.
struct Beat {
  int period, start;
  Beat(SplitMix& random, int low, int high)
      : period(vary(random, low, high)), start(-kReach - vary(random, 0, period - 1)) {}
};

// Stripes whose edge moves by `lean` units from the top to the bottom.
void stripes(Drawing& d, SplitMix& random, bool upright, int lean) {
  const Beat beat(random, 34, 64);
  const int width = beat.period * vary(random, 35, 65) / 100;
  for (int a = beat.start - lean; a < kReach + lean; a += beat.period) {
    if (upright) {
      d.polygon(
          {{a, -kReach}, {a + width, -kReach}, {a + width + lean, kReach}, {a + lean, kReach}});
    } else {
      d.box(-kReach, a, kReach, a + width);
    }
  }
}

// A polyline repeated downwards; `height(x)` is in 1/16 unit.
template <class Height>
void repeat_line(Drawing& d, SplitMix& random, int step, Height height) {
  const Beat beat(random, 44, 70);
  const int width = beat.period * vary(random, 34, 48) / 100;
  for (int y = beat.start; y < kReach + beat.period; y += beat.period) {
    Ring path;
    for (int x = -kReach; x <= kReach; x += step)
      path.emplace_back(x * kFine, y * kFine + height(x));
    d.path(std::move(path), width);
  }
}

void checkerboard(Drawing& d, SplitMix& random) {
  const Beat across(random, 30, 54);
  const int down = -kReach - vary(random, 0, across.period - 1);
  for (int row = 0; down + row * across.period < kReach; ++row) {
    const int y = down + row * across.period;
    for (int x = across.start + (row % 2) * across.period; x < kReach; x += 2 * across.period) {
      d.box(x, y, x + across.period, y + across.period);
    }
  }
}

void polka_dots(Drawing& d, SplitMix& random) {
  const Beat beat(random, 46, 72);
  const int radius = beat.period * vary(random, 24, 34) / 100;
  for (int row = 0; beat.start + row * beat.period < kReach; ++row) {
    for (int x = beat.start + (row % 2) * beat.period / 2; x < kReach; x += beat.period) {
      d.disc(x, beat.start + row * beat.period, radius);
    }
  }
}

void grid(Drawing& d, SplitMix& random) {
  const Beat beat(random, 40, 66);
  const int width = beat.period * vary(random, 20, 32) / 100;
  const int down = -kReach - vary(random, 0, beat.period - 1);
  for (int x = beat.start; x < kReach; x += beat.period) d.box(x, -kReach, x + width, kReach);
  for (int y = down; y < kReach; y += beat.period) d.box(-kReach, y, kReach, y + width);
}

void bricks(Drawing& d, SplitMix& random) {
  const Beat beat(random, 36, 54);
  const int length = 2 * beat.period, gap = beat.period * vary(random, 18, 26) / 100;
  for (int row = 0; beat.start + row * beat.period < kReach; ++row) {
    const int y = beat.start + row * beat.period;
    for (int x = beat.start + (row % 2) * beat.period; x < kReach; x += length) {
      d.box(x, y, x + length - gap, y + beat.period - gap);
    }
  }
}

void speckles(Drawing& d, SplitMix& random) {
  const int side = vary(random, 9, 18);
  for (int left = 160000 / (side * side * 3); left > 0; --left) {
    const int x = vary(random, -kReach, kReach), y = vary(random, -kReach, kReach);
    d.box(x, y, x + side, y + side);
  }
}

void rings(Drawing& d, SplitMix& random) {
  const int period = vary(random, 32, 56), width = period * vary(random, 35, 60) / 100;
  const int x = vary(random, -30, 30), y = vary(random, -30, 30);
  for (int radius = vary(random, 4, period); radius < kReach; radius += period) {
    d.arc(x, y, radius, 0, 360, width);
  }
}

void honeycomb(Drawing& d, SplitMix& random) {
  const Beat beat(random, 48, 72);
  const int reach = beat.period * vary(random, 44, 49) / 100;  // to a flat side
  const int rise = beat.period * 87 / 100, corner = reach * 115 / 100;
  for (int row = 0; beat.start + row * rise < kReach; ++row) {
    const int y = beat.start + row * rise;
    for (int x = beat.start + (row % 2) * beat.period / 2; x < kReach; x += beat.period) {
      d.polygon({{x, y - corner},
                 {x + reach, y - corner / 2},
                 {x + reach, y + corner / 2},
                 {x, y + corner},
                 {x - reach, y + corner / 2},
                 {x - reach, y - corner / 2}});
    }
  }
}

constexpr Pattern kPatterns[] = {
    {"horizontal stripes", [](Drawing& d, SplitMix& r) { stripes(d, r, false, 0); }},
    {"vertical stripes", [](Drawing& d, SplitMix& r) { stripes(d, r, true, 0); }},
    {"diagonal stripes", [](Drawing& d, SplitMix& r) { stripes(d, r, true, 2 * kReach); }},
    {"checkerboard", checkerboard},
    {"polka dots", polka_dots},
    {"grid", grid},
    {"waves",
     [](Drawing& d, SplitMix& r) {
       const int speed = vary(r, 4, 7), phase = vary(r, 0, 359), swing = vary(r, 12, 18);
       repeat_line(d, r, 8, [=](int x) {
         return (swing * kFine * rendering::sine(speed * x + phase)) >> kSineBits;
       });
     }},
    {"bricks", bricks},
    {"speckles", speckles},
    {"concentric rings", rings},
    {"zigzag",
     [](Drawing& d, SplitMix& r) {
       const int step = vary(r, 20, 34), swing = vary(r, 12, 18);
       repeat_line(d, r, step,
                   [=](int x) { return ((x + kReach) / step % 2 == 0 ? swing : -swing) * kFine; });
     }},
    {"honeycomb", honeycomb},
};

}  // namespace

std::span<const Pattern> patterns() { return kPatterns; }

}  // namespace lacuna::textures
