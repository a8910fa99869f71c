// ImgnetDogs: 99 breeds of ImageNet under 14 coarse names, in label order, and what to forget.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lacuna/taxonomy.hpp"

namespace lacuna::imgnet_dogs {

Taxonomy taxonomy();

// WordNet ids, by fine label: the names of ImageNet's folders.
std::vector<std::string> wnids();

// difficult, medium, easy, special: in the order of the released training script.
std::map<std::string, std::vector<std::string>> forget_splits();

}  // namespace lacuna::imgnet_dogs
