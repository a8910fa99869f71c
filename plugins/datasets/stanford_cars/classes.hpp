// Stanford Cars: 196 models and 49 makes, in the files' order.
#pragma once

#include "lacuna/taxonomy.hpp"

namespace lacuna::stanford_cars {

// A model's make is the longest of the makes that its name begins with.
Taxonomy taxonomy();

}  // namespace lacuna::stanford_cars
