// The numbers of one cell, from its counts and the original model's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lacuna/quality.hpp"
#include "report/load.hpp"

namespace lacuna::report {

std::vector<std::string> ids_of(const std::vector<PlannedEvaluation>& evaluations, Role role);

// By the name of the measure: accuracies of the first in-domain evaluation and of the zero-shot
// suites, and, with `before`, what only exists beside the original model: scores, gaps, drops. A
// number that is undefined says why.
std::map<std::string, Score> scores(const std::vector<PlannedEvaluation>& evaluations,
                                    const CountsByEvaluation* before,
                                    const CountsByEvaluation& after);

}  // namespace lacuna::report
