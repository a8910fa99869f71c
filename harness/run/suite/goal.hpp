// What a request's level makes of its list of names.
#pragma once

#include <string>
#include <vector>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

struct Goal {
  std::vector<std::string> fine;    // whose pictures are to be forgotten, as this fine class
  std::vector<std::string> coarse;  // and of these coarse classes, as that one, too
};

// fine    every name's fine classes; a coarse name stands for all of its own. Coarse labels stay.
// coarse  coarse names only: all their fine classes, and the coarse labels of these pictures.
// hybrid  both kinds: coarse names as under `coarse`, fine ones as under `fine`; a name that is
// both
//         counts as the fine one.
// The order of the list is kept, repetitions are dropped. Throws ConfigError: a name that is not
// there or of the wrong kind, hybrid with one kind only, a fine name under a listed coarse one, a
// data set without coarse names or with nothing but the forgotten one.
Goal goal_of(const std::string& level, const std::vector<std::string>& asked,
             const Taxonomy& taxonomy);

}  // namespace lacuna
