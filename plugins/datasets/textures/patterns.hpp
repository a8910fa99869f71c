// The patterns of the textures data set.
#pragma once

#include <span>

#include "lacuna/lacuna.hpp"
#include "rendering/drawing.hpp"

namespace lacuna::textures {

struct Pattern {
  const char* name;
  // Fills twice the box of a drawing, so that no turn or shift uncovers an edge. Period and phase
  // vary with `random`.
  void (*draw)(rendering::Drawing& d, SplitMix& random);
};

std::span<const Pattern> patterns();

}  // namespace lacuna::textures
