// What a model made of a whole split, with the right answers.
#pragma once

#include <ATen/ops/eq.h>

#include <vector>

#include "lacuna/metric.hpp"

namespace lacuna {

// Questions "fine" and, of a hierarchical data set, "coarse". What is to be forgotten is not known
// here: Asked::forget is undefined.
struct Predicted {
  Taxonomy taxonomy;
  std::vector<Asked> asked;
  Outcome outcome;
};

// Of a question: bool [N], whether each picture was answered right.
inline at::Tensor hits(const Predicted& predicted, const Asked& asked) {
  return predicted.outcome.at(asked.question + "/predicted").eq(asked.target);
}

}  // namespace lacuna
