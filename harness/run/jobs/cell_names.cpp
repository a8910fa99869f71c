#include "run/jobs/cell_names.hpp"

#include <fmt/format.h>

#include <set>

namespace lacuna {

CellNames::CellNames(const Plan& plan) {
  std::set<std::string> models, requests;
  std::set<std::int64_t> seeds;
  for (const auto& cell : plan.cells) {
    models.insert(cell.model);
    requests.insert(cell.request);
    if (!cell.is_original()) seeds.insert(cell.seed);
  }
  model_ = models.size() > 1;
  request_ = requests.size() > 1;
  seed_ = seeds.size() > 1;
}

std::string CellNames::of(const PlannedCell& cell) const {
  std::string out;
  if (model_) out += cell.model + " / ";
  if (request_) out += cell.request + " / ";
  out += cell.label;
  if (seed_ && !cell.is_original()) out += fmt::format(", seed {}", cell.seed);
  if (!cell.attack.empty()) out += ", then " + cell.attack;
  return out;
}

}  // namespace lacuna
