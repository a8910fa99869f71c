// A cell of a plan, put together from what its jobs have left.
#pragma once

#include <set>
#include <string>

#include "run/jobs/graph.hpp"
#include "run/results/cell_result.hpp"
#include "run/results/stored_jobs.hpp"

namespace lacuna {

struct StoredCell {
  CellResult result = {};
  // What contradicts what, one line for each job that is damaged: nothing of `result` is to be
  // believed then.
  std::set<std::string> damage = {};
};

// `contributions`: also what every value is made of. Throws nothing that a file could be the cause
// of.
StoredCell stored_cell(const Plan& plan, const PlannedCell& cell, StoredJobs& stored,
                       bool contributions);

}  // namespace lacuna
