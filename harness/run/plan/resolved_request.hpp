// A request on its dataset: its concepts by name, and for every evaluation the classes that count
// as forgotten.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/plan/dataset_pool.hpp"
#include "run/suite/suite.hpp"

namespace lacuna {

// One of the suite's evaluations as this request sees it.
struct RequestEvaluation {
  const EvaluationSpec* spec = nullptr;
  const PooledDataset* data = nullptr;
  std::vector<std::int64_t> forget = {}, forget_coarse = {};  // labels of its dataset
};

struct ResolvedRequest {
  const RequestSpec* spec = nullptr;
  const PooledDataset* data = nullptr;
  // Fine names; what the suite says if the dataset is not there.
  std::vector<std::string> concepts = {};
  // Coarse names to be forgotten as well; empty at level fine.
  std::vector<std::string> coarse = {};
  std::vector<RequestEvaluation> evaluations = {};  // its own, in the suite's order
  // {"<evaluation>": {"matched", "unmatched"}} out of domain; with coarse names also
  // "matched_coarse", "unmatched_coarse"
  nlohmann::json matching = {};
  // Why nothing of this request can be run: its own dataset, or one of an evaluation's.
  std::string unavailable = {};

  // What decides what a method is given.
  RequestIdentity identity() const;
};

// One for each of the suite's requests, in order. Borrows from both arguments. Throws ConfigError
// naming the place: an unknown plugin, split, forget split or concept, a concept that the level
// does not allow.
std::vector<ResolvedRequest> resolve_requests(const Suite& suite, DatasetPool& pool);

}  // namespace lacuna
