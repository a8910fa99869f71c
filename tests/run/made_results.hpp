// A folder of results that no run has made: what every job of a plan could have left.
#pragma once

#include <filesystem>

#include "run/plan/plan.hpp"

namespace lacuna::testing {

// Predictions are made up, but the same each time; the metric `accuracy` counts them, every other
// one has a single value of 0.5. The plan is written, too.
void make_results(const std::filesystem::path& folder, const Plan& plan);

}  // namespace lacuna::testing
