// How hard the rendered pictures are: every strength in one place. A change here changes bytes:
// raise kRenderer with it.
#pragma once

namespace lacuna::rendering {

// Enters every manifest, so that results made from other pictures are never taken for these.
inline constexpr int kRenderer = 1;

struct Nuisances {
  int turn;                   // rotation, ± degrees
  int scale_low, scale_high;  // half the drawing's box, percent of half the picture
  int overhang;               // how far the box may leave the picture, percent of half the picture
  int squeeze;                // either axis scaled by 100 ± this percent
  int shear;                  // ± percent
  int bend;                   // ± percent
  int line_low, line_high;    // widths of lines, percent
  int contrast;               // least difference in luma between drawing and background, of 255
  int clutter;                // distractors behind the drawing, at most
  int occlusion;              // chance of a bar across the drawing, percent
  int noise_low, noise_high;  // amplitude, levels
  int light;                  // ramp of brightness across the picture, ± levels
  bool mirror;                // mirrored half of the time
};

inline constexpr Nuisances kFilled{.turn = 25,
                                   .scale_low = 56,
                                   .scale_high = 92,
                                   .overhang = 8,
                                   .squeeze = 12,
                                   .shear = 14,
                                   .bend = 12,
                                   .line_low = 80,
                                   .line_high = 140,
                                   .contrast = 60,
                                   .clutter = 5,
                                   .occlusion = 35,
                                   .noise_low = 6,
                                   .noise_high = 46,
                                   .light = 30,
                                   .mirror = true};

inline constexpr Nuisances kSketch{.turn = 20,
                                   .scale_low = 64,
                                   .scale_high = 94,
                                   .overhang = 4,
                                   .squeeze = 10,
                                   .shear = 10,
                                   .bend = 8,
                                   .line_low = 80,
                                   .line_high = 120,
                                   .contrast = 90,
                                   .clutter = 3,
                                   .occlusion = 0,
                                   .noise_low = 6,
                                   .noise_high = 24,
                                   .light = 12,
                                   .mirror = true};

// Letters and digits: mirroring would make other characters.
inline constexpr Nuisances kText{.turn = 18,
                                 .scale_low = 56,
                                 .scale_high = 92,
                                 .overhang = 4,
                                 .squeeze = 12,
                                 .shear = 14,
                                 .bend = 6,
                                 .line_low = 100,
                                 .line_high = 100,
                                 .contrast = 60,
                                 .clutter = 3,
                                 .occlusion = 20,
                                 .noise_low = 4,
                                 .noise_high = 36,
                                 .light = 25,
                                 .mirror = false};

// Textures fill the picture: their box is larger than it, and a turn would change stripes into
// other stripes.
inline constexpr Nuisances kTexture{.turn = 10,
                                    .scale_low = 90,
                                    .scale_high = 150,
                                    .overhang = 0,
                                    .squeeze = 10,
                                    .shear = 6,
                                    .bend = 4,
                                    .line_low = 85,
                                    .line_high = 130,
                                    .contrast = 60,
                                    .clutter = 3,
                                    .occlusion = 25,
                                    .noise_low = 4,
                                    .noise_high = 40,
                                    .light = 30,
                                    .mirror = true};

}  // namespace lacuna::rendering
