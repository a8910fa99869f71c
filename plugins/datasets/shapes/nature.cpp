#include "concepts.hpp"

namespace lacuna::shapes {
namespace {

using rendering::Drawing;

constexpr int kFeature = 14;  // eyes and mouths must survive being shrunk to 32 pixels

Drawing& head(Drawing& d) { return d.disc(0, 0, 92).cut(); }
Drawing& eyes(Drawing& d) { return d.disc_pair(34, -26, 13, 15); }

void trunk(Drawing& d, int half, int top) { d.box(-half, top, half, 96); }

void ray(Drawing& d, int degrees, int from, int to, int width) {
  const auto at = [&](int radius) {
    return cv::Point{(radius * rendering::cosine(degrees)) >> rendering::kSineBits,
                     (radius * rendering::sine(degrees)) >> rendering::kSineBits};
  };
  d.line({at(from), at(to)}, width);
}

constexpr Concept kConcepts[] = {
    {"face", "happy face",
     [](Drawing& d, SplitMix&) { eyes(head(d)).arc(0, 6, 50, 20, 160, kFeature); }},
    {"face", "sad face",
     [](Drawing& d, SplitMix&) { eyes(head(d)).arc(0, 78, 50, 205, 335, kFeature); }},
    {"face", "neutral face",
     [](Drawing& d, SplitMix&) {
       eyes(head(d)).line({{-44, 40}, {44, 40}}, kFeature);
     }},
    {"face", "surprised face",
     [](Drawing& d, SplitMix& r) { eyes(head(d)).disc(0, 42, 22, vary(r, 22, 30)); }},
    {"face", "winking face",
     [](Drawing& d, SplitMix&) {
       head(d).disc(-34, -26, 13, 15).line({{14, -26}, {56, -26}}, kFeature);
       d.arc(0, 6, 50, 20, 160, kFeature);
     }},

    {"plant", "fir tree",
     [](Drawing& d, SplitMix&) {
       d.polygon({{0, -97}, {38, -40}, {-38, -40}}).polygon({{0, -66}, {52, 10}, {-52, 10}});
       d.polygon({{0, -30}, {66, 62}, {-66, 62}});
       trunk(d, 11, 60);
     }},
    {"plant", "poplar tree",
     [](Drawing& d, SplitMix& r) {
       d.disc(0, -22, vary(r, 28, 38), 74);
       trunk(d, 10, 40);
     }},
    {"plant", "bushy tree",
     [](Drawing& d, SplitMix&) {
       d.disc(0, -50, 46).disc_pair(44, -14, 40, 36).disc(0, 0, 40);
       trunk(d, 13, 20);
     }},
    {"plant", "cactus",
     [](Drawing& d, SplitMix& r) {
       const int left = vary(r, -40, -14), right = vary(r, -60, -30);
       d.line({{0, -70}, {0, 80}}, 36).disc(0, -84, 18);
       d.line({{-10, 30}, {-58, 30}, {-58, left}}, 23).line({{10, 4}, {58, 4}, {58, right}}, 23);
     }},
    {"plant", "daisy",
     [](Drawing& d, SplitMix&) {
       for (int degrees = 0; degrees < 360; degrees += 60) {
         const int x = (37 * rendering::cosine(degrees)) >> rendering::kSineBits;
         const int y = (37 * rendering::sine(degrees)) >> rendering::kSineBits;
         d.disc(x, y - 38, 20);
       }
       d.line({{0, 0}, {0, 90}}, 13).disc(28, 62, 26, 11).cut().disc(0, -38, 15);
     }},

    {"animal head", "cat",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 20, 74, 64).polygon_pair({{-72, 20}, {-66, -92}, {-8, -40}});
       d.line({{-60, 30}, {-99, 18}}, 7).line({{-60, 44}, {-99, 50}}, 7);
       d.line({{60, 30}, {99, 18}}, 7).line({{60, 44}, {99, 50}}, 7);
       d.cut().disc_pair(30, 4, 11, 15).polygon({{-13, 36}, {13, 36}, {0, 54}});
     }},
    {"animal head", "dog",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 8, 58, 82).cut().disc_pair(66, -10, 30, 66).ink().disc_pair(70, -8, 24, 60);
       d.cut().disc_pair(24, -18, 11, 13).disc(0, 40, 22, 16);
     }},
    {"animal head", "pig",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 12, 82, 76).polygon_pair({{-80, -10}, {-78, -90}, {-24, -54}});
       d.cut().disc_pair(36, -16, 10, 12).disc(0, 36, 42, 30).ink().disc(0, 36, 32, 21);
       d.cut().disc_pair(12, 36, 7, 11);
     }},
    {"animal head", "owl",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 14, 76, 80).polygon_pair({{-76, 10}, {-70, -94}, {-10, -58}});
       d.cut().disc_pair(34, -6, 31, 31).ink().disc_pair(34, -6, 14, 14);
       d.cut().polygon({{-12, 28}, {12, 28}, {0, 58}});
     }},
    {"animal head", "panda",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 18, 84, 72).disc_pair(60, -54, 30, 30);
       d.cut().disc_pair(34, 6, 22, 27).disc(0, 50, 17, 11).ink().disc_pair(32, 4, 9, 9);
     }},

    {"weather symbol", "sun",
     [](Drawing& d, SplitMix& r) {
       const int rays = vary(r, 8, 10);
       d.disc(0, 0, 50);
       for (int i = 0; i < rays; ++i) ray(d, 360 * i / rays, 66, 98, 14);
     }},
    {"weather symbol", "lightning bolt",
     [](Drawing& d, SplitMix&) {
       d.polygon({{14, -97}, {-54, 16}, {-10, 16}, {-30, 97}, {56, -24}, {10, -24}, {46, -97}});
     }},
    {"weather symbol", "snowflake",
     [](Drawing& d, SplitMix&) {
       for (int degrees = 30; degrees < 210; degrees += 60) {
         ray(d, degrees, -96, 96, 11);
       }
       for (int degrees = 30; degrees < 390; degrees += 60) {
         const cv::Point fork{(56 * rendering::cosine(degrees)) >> rendering::kSineBits,
                              (56 * rendering::sine(degrees)) >> rendering::kSineBits};
         for (const int turn : {-50, 50}) {
           const cv::Point tip{(34 * rendering::cosine(degrees + turn)) >> rendering::kSineBits,
                               (34 * rendering::sine(degrees + turn)) >> rendering::kSineBits};
           d.line({fork, fork + tip}, 10);
         }
       }
     }},
    {"weather symbol", "raindrop",
     [](Drawing& d, SplitMix&) {
       d.disc(0, 38, 54, 56).polygon({{0, -97}, {48, 12}, {0, 40}, {-48, 12}});
     }},
    {"weather symbol", "rain cloud",
     [](Drawing& d, SplitMix&) {
       d.disc(-46, -24, 38).disc(4, -48, 46).disc(54, -20, 36).box(-46, -30, 54, 14);
       for (const int x : {-44, 4, 52}) d.line({{x, 38}, {x - 18, 88}}, 15);
     }},
};

}  // namespace

std::span<const Concept> nature_concepts() { return kConcepts; }

}  // namespace lacuna::shapes
