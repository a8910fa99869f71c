// What a metric makes of the evaluations of a cell, held to what the SDK says of values.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "lacuna/plugin.hpp"

namespace lacuna {

// Undefined, with the reason, where an evaluation lacks a column that the metric reads. Throws
// PluginError naming the metric: whatever it throws; a value that is not finite, outside its own
// bounds, not what its count or its contributions give, without a name or under one that is taken.
std::vector<Value> score(const Entry& metric, const nlohmann::json& params,
                         const std::vector<Evaluation>& evaluations);

}  // namespace lacuna
