// What this machine's copy of a data set lacks of the original.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"

namespace lacuna {

// "298 of 3,669 pictures, 3 of 37 classes" of a split; empty if it is complete, or if nobody says
// how many the original has. A data set says so by the note "<split>: <n> pictures (the original
// has <m>)".
std::string incompleteness(const Dataset& dataset, const std::string& split);

// "3 of 10 concepts have fewer than 50 pictures (beagle 12, pug 0, …)"; empty if all have enough.
std::string too_few(const Dataset& dataset, const std::string& split,
                    const std::vector<std::string>& concepts, std::int64_t asked);

}  // namespace lacuna
