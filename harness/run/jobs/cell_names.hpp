// What a cell is called on the screen: as little as tells it from the plan's others.
#pragma once

#include <string>

#include "run/jobs/graph.hpp"

namespace lacuna {

class CellNames {
 public:
  explicit CellNames(const Plan& plan);

  // "npo+kl", or "demo / difficult / npo+kl, seed 2" where there are several models, requests and
  // seeds; an attack as "npo+kl, then 4 bits".
  std::string of(const PlannedCell& cell) const;

 private:
  bool model_ = false, request_ = false, seed_ = false;  // which parts are said
};

}  // namespace lacuna
