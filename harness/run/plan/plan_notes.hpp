// What a plan says beside its cells: data that is incomplete, inputs that are missing.
#pragma once

#include <vector>

#include "run/jobs/graph.hpp"
#include "run/plan/dataset_pool.hpp"
#include "run/plan/plan_models.hpp"
#include "run/plan/resolved_request.hpp"

namespace lacuna {

// Numbers of a part of the pictures are no numbers of the data set: said before anything runs, and
// in every result. Fills PlannedEvaluation::incomplete and adds to the warnings.
void note_incomplete(Plan& plan, const Suite& suite, DatasetPool& pool,
                     const std::vector<ResolvedRequest>& requests);

// Each once, models first.
std::vector<MissingInput> missing_inputs(const std::vector<PlannedModel>& models,
                                         const DatasetPool& pool);

}  // namespace lacuna
