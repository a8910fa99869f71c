// Oxford-IIIT Pet: 37 breeds in the files' order, and 11 coarse names.
#pragma once

#include <string>

#include "lacuna/taxonomy.hpp"

namespace lacuna::oxford_pet {

// With `reference`, "German Shorthaired" is called "German short-haired pointer", as the paper
// does; otherwise the names are torchvision's.
Taxonomy taxonomy(bool reference);

// "Abyssinian_100" is a picture of "Abyssinian", "german_shorthaired_1" one of "German
// Shorthaired".
std::string breed_of(const std::string& picture);

}  // namespace lacuna::oxford_pet
