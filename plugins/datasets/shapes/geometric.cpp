#include "concepts.hpp"

namespace lacuna::shapes {
namespace {

using rendering::Drawing;

void cross_bars(Drawing& d, int half, std::initializer_list<int> heights,
                std::initializer_list<int> reaches) {
  d.box(-half, -94, half, 94);
  auto reach = reaches.begin();
  for (const int height : heights) {
    d.box(-*reach, height - half, *reach, height + half);
    ++reach;
  }
}

void card_stem(Drawing& d) { d.polygon({{-6, 20}, {6, 20}, {30, 94}, {-30, 94}}); }

constexpr Concept kConcepts[] = {
    {"polygon", "triangle", [](Drawing& d, SplitMix&) { d.regular(3, 94); }},
    {"polygon", "square", [](Drawing& d, SplitMix&) { d.regular(4, 94, -45); }},
    {"polygon", "pentagon", [](Drawing& d, SplitMix&) { d.regular(5, 92); }},
    {"polygon", "hexagon", [](Drawing& d, SplitMix&) { d.regular(6, 92); }},
    {"polygon", "octagon", [](Drawing& d, SplitMix&) { d.regular(8, 92, -68); }},

    {"star", "four-pointed star", [](Drawing& d, SplitMix& r) { d.star(4, 98, vary(r, 28, 42)); }},
    {"star", "five-pointed star", [](Drawing& d, SplitMix& r) { d.star(5, 98, vary(r, 34, 50)); }},
    {"star", "six-pointed star", [](Drawing& d, SplitMix& r) { d.star(6, 98, vary(r, 42, 58)); }},
    {"star", "eight-pointed star", [](Drawing& d, SplitMix& r) { d.star(8, 98, vary(r, 46, 64)); }},
    {"star", "starburst",
     [](Drawing& d, SplitMix& r) {
       const int points = vary(r, 13, 16);
       d.star(points, 98, vary(r, 56, 68));
     }},

    {"cross", "plus sign",
     [](Drawing& d, SplitMix& r) {
       const int half = vary(r, 13, 26);
       d.box(-half, -88, half, 88).box(-88, -half, 88, half);
     }},
    {"cross", "x mark",
     [](Drawing& d, SplitMix& r) {
       const int width = vary(r, 26, 44);
       d.line({{-64, -64}, {64, 64}}, width).line({{64, -64}, {-64, 64}}, width);
     }},
    {"cross", "church cross",
     [](Drawing& d, SplitMix& r) { cross_bars(d, vary(r, 11, 18), {-38}, {58}); }},
    {"cross", "double cross",
     [](Drawing& d, SplitMix& r) {
       cross_bars(d, vary(r, 9, 13), {-58, -14}, {38, 62});
     }},
    {"cross", "Maltese cross",
     [](Drawing& d, SplitMix& r) {
       const int notch = vary(r, 55, 72);
       d.polygon_pair({{0, 8}, {-48, -94}, {0, -notch}, {0, 0}});
       d.polygon_pair({{0, -8}, {-48, 94}, {0, notch}, {0, 0}});
       d.polygon_pair({{-8, 0}, {94, -48}, {notch, 0}, {94, 48}});
     }},

    {"round shape", "circle", [](Drawing& d, SplitMix&) { d.disc(0, 0, 88); }},
    {"round shape", "ring",
     [](Drawing& d, SplitMix& r) { d.disc(0, 0, 90).cut().disc(0, 0, vary(r, 48, 66)); }},
    {"round shape", "crescent",
     [](Drawing& d, SplitMix& r) { d.disc(-8, 0, 90).cut().disc(vary(r, 26, 44), 0, 74); }},
    {"round shape", "half circle",
     [](Drawing& d, SplitMix&) { d.segment(0, 40, 94, 94, 180, 360); }},
    {"round shape", "oval", [](Drawing& d, SplitMix& r) { d.disc(0, 0, 96, vary(r, 48, 60)); }},

    {"emblem", "heart",
     [](Drawing& d, SplitMix&) {
       d.disc_pair(42, -36, 44, 44).polygon({{-81, -16}, {0, -40}, {81, -16}, {0, 92}});
     }},
    {"emblem", "spade",
     [](Drawing& d, SplitMix&) {
       d.disc_pair(40, 20, 42, 40).polygon({{-78, 4}, {0, -96}, {78, 4}, {0, 40}});
       card_stem(d);
     }},
    {"emblem", "club",
     [](Drawing& d, SplitMix&) {
       d.disc(0, -50, 42).disc_pair(48, 18, 42, 42).disc(0, 0, 24);
       card_stem(d);
     }},
    {"emblem", "diamond",
     [](Drawing& d, SplitMix& r) {
       const int reach = vary(r, 52, 66);
       d.polygon({{0, -97}, {reach, 0}, {0, 97}, {-reach, 0}});
     }},
    {"emblem", "shield",
     [](Drawing& d, SplitMix&) {
       d.polygon({{-72, -86}, {72, -86}, {72, 4}, {52, 52}, {0, 96}, {-52, 52}, {-72, 4}});
     }},
};

}  // namespace

std::span<const Concept> geometric_concepts() { return kConcepts; }

}  // namespace lacuna::shapes
