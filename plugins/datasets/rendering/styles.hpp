// The styles a drawing can be painted in.
#pragma once

#include <cstdint>

#include "lacuna/lacuna.hpp"
#include "rendering/drawing.hpp"
#include "rendering/nuisances.hpp"

namespace lacuna::rendering {

// Solid colour on a coloured background with distractors. `rgb` has room for size × size × 3 bytes.
void paint_filled(const Drawing& drawing, const Nuisances& nuisances, int size, SplitMix& random,
                  std::uint8_t* rgb);

// Pencil on paper: outlines gone over twice with a trembling hand, some hatching, hardly any
// colour.
void paint_sketch(const Drawing& drawing, const Nuisances& nuisances, int size, SplitMix& random,
                  std::uint8_t* rgb);

}  // namespace lacuna::rendering
