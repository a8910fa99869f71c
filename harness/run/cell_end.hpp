// What a cell comes to when all of its jobs are over.
#pragma once

#include <string>

#include "run/run_graph.hpp"

namespace lacuna {

// Why a job that is over is not ok, in the words of a row; empty if it is.
std::string reason_of(const RunJob& job);

// Ends a cell: fills all that RunCell has of its end. `last`: the job that ended it; null if none
// has, for it was over when it was looked at.
void end_cell(RunCell& cell, const RunJob* last);

}  // namespace lacuna
