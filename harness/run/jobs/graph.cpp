#include "run/jobs/graph.hpp"

namespace lacuna {

const PlannedCell* original_of(const Plan& plan, const PlannedCell& cell) {
  for (const auto& one : plan.cells)
    if (one.is_original() && one.model == cell.model && one.request == cell.request) return &one;
  return nullptr;
}

}  // namespace lacuna
