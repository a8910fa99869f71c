// What the shipped metric plugins give for a cell's counts, so that a stored value that was changed
// is noticed without loading them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "run/result.hpp"

namespace lacuna {

// Indices into result.metrics of the values that `before` (the original model's counts) and the
// result's own counts contradict. Values of other plugins, other versions and unknown names, and
// those that failed, are not judged. tests/run/test_stored_cells.cpp holds it to the plugins.
std::vector<std::size_t> contradicted_metrics(const Result& result,
                                              const CountsByEvaluation& before);

// The value that the counts give for that metric, as text: "0.95" or "undefined".
std::string value_by_counts(const Result& result, const CountsByEvaluation& before,
                            const StoredMetric& metric);

}  // namespace lacuna
