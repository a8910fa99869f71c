// Splits by name.
#pragma once

#include <string>

#include "lacuna/dataset.hpp"

namespace lacuna {

bool has_split(const Dataset& dataset, const std::string& split);

// Throws ConfigError("<place>: '<split>': no such split (known: …)") if the dataset has no such
// split; without the place if that is empty.
void check_split(const Dataset& dataset, const std::string& split, const std::string& place = "");

}  // namespace lacuna
