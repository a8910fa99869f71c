// The models of a suite, as far as a plan needs them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "run/jobs/specs.hpp"
#include "run/suite/suite.hpp"

namespace lacuna {

struct PlannedModel {
  ModelSpec spec = {};  // its hash null if the model is not there
  std::int64_t image_size = 0;
  std::string unavailable = {};  // why it is not there
};

// In the suite's order. Throws ConfigError naming the place: a damaged model, a name that is not
// known, two models of one name.
std::vector<PlannedModel> plan_models(const Suite& suite, const DataRoots& roots);

}  // namespace lacuna
