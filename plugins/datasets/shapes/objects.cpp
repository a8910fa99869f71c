#include "concepts.hpp"

namespace lacuna::shapes {
namespace {

using rendering::Drawing;

void wheels(Drawing& d, int left, int right, int y) {
  for (const int x : {left, right}) d.cut().disc(x, y, 29).ink().disc(x, y, 23).cut().disc(x, y, 8);
  d.ink();
}

constexpr Concept kConcepts[] = {
    {"kitchenware", "mug",
     [](Drawing& d, SplitMix& r) {
       const int top = vary(r, -74, -54);
       d.box(-66, top, 34, 78).arc(36, 8, 38, -90, 90, 18);
     }},
    {"kitchenware", "teapot",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 22, 60, 54).polygon({{44, 4}, {80, -40}, {98, -34}, {52, 50}});
       d.arc(-56, 14, 34, 75, 285, 16).disc(0, -42, 14).box(-34, -34, 34, -22);
     }},
    {"kitchenware", "wine glass",
     [](Drawing& d, SplitMix& r) {
       const int reach = vary(r, 44, 56);
       d.box(-reach, -88, reach, -38).segment(0, -40, reach, 58, 0, 180);
       d.box(-8, 8, 8, 80).box(-44, 76, 44, 94);
     }},
    {"kitchenware", "jug",
     [](Drawing& d, SplitMix&) {
       d.polygon({{-78, -90},
                  {38, -88},
                  {26, -42},
                  {52, 16},
                  {44, 92},
                  {-44, 92},
                  {-56, 16},
                  {-34, -42}});
       d.arc(38, -14, 42, -90, 90, 17);
     }},
    {"kitchenware", "cooking pot",
     [](Drawing& d, SplitMix& r) {
       const int bottom = vary(r, 56, 76);
       d.box(-66, -26, 66, bottom).segment(0, -26, 72, 34, 180, 360).disc(0, -64, 13);
       d.line({{-96, 0}, {-60, 0}}, 18).line({{60, 0}, {96, 0}}, 18);
       d.cut().line({{-80, -24}, {80, -24}}, 9);
     }},

    {"tool", "hammer",
     [](Drawing& d, SplitMix&) {
       d.line({{0, -50}, {0, 86}}, 24).box(-44, -92, 56, -48);
       d.polygon({{-40, -92}, {-40, -52}, {-92, -44}});
     }},
    {"tool", "axe",
     [](Drawing& d, SplitMix&) {
       d.line({{-20, -86}, {-20, 86}}, 22);
       d.polygon({{-20, -72}, {40, -94}, {66, -50}, {40, 0}, {-20, -28}});
     }},
    {"tool", "wrench",
     [](Drawing& d, SplitMix&) {
       d.line({{0, -30}, {0, 60}}, 30).disc(0, -52, 44).disc(0, 66, 31);
       d.cut().box(-17, -110, 17, -48).disc(0, 66, 13);
     }},
    {"tool", "screwdriver",
     [](Drawing& d, SplitMix& r) {
       const int half = vary(r, 22, 30);
       d.box(-half, 10, half, 88).disc(0, 88, half, 9).line({{0, -60}, {0, 10}}, 17);
       d.polygon({{-15, -70}, {-8, -97}, {8, -97}, {15, -70}, {8, -50}, {-8, -50}});
     }},
    {"tool", "shovel",
     [](Drawing& d, SplitMix&) {
       d.line({{0, -86}, {0, 20}}, 18).line({{-26, -88}, {26, -88}}, 18);
       d.polygon({{-44, 8}, {44, 8}, {44, 52}, {0, 98}, {-44, 52}});
     }},

    {"vehicle", "car",
     [](Drawing& d, SplitMix&) {
       d.polygon(
           {{-97, 40}, {-97, 0}, {-62, -8}, {-38, -52}, {30, -52}, {58, -8}, {97, 6}, {97, 40}});
       d.cut().polygon({{-44, -8}, {-28, -38}, {-7, -38}, {-7, -8}});
       d.polygon({{7, -8}, {7, -38}, {24, -38}, {42, -8}});
       wheels(d, -54, 54, 40);
     }},
    {"vehicle", "van",
     [](Drawing& d, SplitMix&) {
       d.polygon({{-95, 42}, {-95, -58}, {48, -58}, {92, -8}, {95, 42}});
       d.cut().polygon({{24, -6}, {24, -42}, {42, -42}, {70, -6}}).box(-78, -42, -40, -8);
       d.box(-28, -42, 10, -8);
       wheels(d, -52, 52, 44);
     }},
    {"vehicle", "truck",
     [](Drawing& d, SplitMix&) {
       d.box(-97, -66, 28, 30).box(-97, 26, 90, 44);
       d.polygon({{38, 40}, {38, -32}, {70, -32}, {96, 4}, {96, 40}});
       d.cut().polygon({{52, 0}, {52, -18}, {64, -18}, {78, 0}});
       wheels(d, -58, 62, 46);
     }},
    {"vehicle", "sailboat",
     [](Drawing& d, SplitMix& r) {
       const int foot = vary(r, 24, 34);
       d.polygon({{-88, 46}, {88, 46}, {58, 88}, {-60, 88}}).line({{0, -92}, {0, 50}}, 9);
       d.polygon({{8, -92}, {76, foot}, {8, foot}}).polygon({{-10, -66}, {-10, foot}, {-62, foot}});
     }},
    {"vehicle", "airplane",
     [](Drawing& d, SplitMix&) {
       d.line({{-74, 0}, {66, 0}}, 27).disc(78, 0, 18, 13);
       d.polygon({{32, 0}, {-22, -95}, {-46, -95}, {-14, 0}, {-46, 95}, {-22, 95}});
       d.polygon({{-58, 0}, {-82, -42}, {-97, -42}, {-84, 0}, {-97, 42}, {-82, 42}});
     }},
};

}  // namespace

std::span<const Concept> object_concepts() { return kConcepts; }

}  // namespace lacuna::shapes
