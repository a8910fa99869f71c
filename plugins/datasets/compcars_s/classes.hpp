// CompCars-S: 292 models of 48 makes, in label order, and what to forget.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lacuna/taxonomy.hpp"

namespace lacuna::compcars_s {

// Fine labels are not grouped by make.
Taxonomy taxonomy();

// One split, "forget".
std::map<std::string, std::vector<std::string>> forget_splits();

}  // namespace lacuna::compcars_s
