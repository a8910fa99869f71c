// The concepts of the embedded data set: a name, the group it belongs to, and how to draw it.
#pragma once

#include <span>

#include "lacuna/lacuna.hpp"
#include "rendering/drawing.hpp"

namespace lacuna::shapes {

struct Concept {
  const char* group;
  const char* name;
  // Draws it upright into an empty drawing. Proportions vary with `random` as far as the concept
  // allows.
  void (*draw)(rendering::Drawing& d, SplitMix& random);
};

// Each list holds whole groups, five concepts each, group by group.
std::span<const Concept> geometric_concepts();  // polygons, stars, crosses, rounds, emblems
std::span<const Concept> object_concepts();     // kitchenware, tools, vehicles
std::span<const Concept> nature_concepts();     // faces, plants, animal heads, weather

// A number in [low, high].
inline int vary(SplitMix& random, int low, int high) {
  return static_cast<int>(random.between(low, high));
}

}  // namespace lacuna::shapes
