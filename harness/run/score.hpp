// Metrics of a cell: a pure function of two models' predictions.
#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "plugin/registry.hpp"
#include "run/predictions.hpp"

namespace lacuna {

// The rows of a result's "metrics". `metrics`: [{"id", "params"}…] of the suite. A metric that
// throws, or gives a number that is not finite, becomes a row whose value is null, with the reason:
// predictions are never lost to it. Throws ConfigError if the two models were not evaluated on the
// same rows.
nlohmann::json score(const std::vector<EvaluationPredictions>& before,
                     const std::vector<EvaluationPredictions>& after, const nlohmann::json& metrics,
                     const Registry& registry);

}  // namespace lacuna
