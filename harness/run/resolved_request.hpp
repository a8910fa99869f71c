// A request on its dataset: its concepts by name, and for every evaluation the classes that count
// as forgotten.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "run/dataset_pool.hpp"
#include "run/suite.hpp"

namespace lacuna {

struct ResolvedRequest {
  const RequestSpec* spec = nullptr;
  const PooledDataset* data = nullptr;
  // Fine names; what the suite says if the dataset is not there.
  std::vector<std::string> concepts = {};
  // Coarse names to be forgotten as well; empty at level fine.
  std::vector<std::string> coarse = {};
  nlohmann::json evaluation_identities = nlohmann::json::array();  // for the cell's key
  nlohmann::json evaluation_jobs = nlohmann::json::array();        // for the evaluating worker
  nlohmann::json matching =
      nlohmann::json::object();  // {"<evaluation>": {"matched", "unmatched"}} out of domain; with
                                 // coarse names also "matched_coarse", "unmatched_coarse"
  std::string unavailable = {};  // why nothing of this request can be run
};

// One for each of the suite's requests, in order. Borrows from both arguments. Throws ConfigError
// naming the place: an unknown plugin, split, forget split or concept, a concept that the level
// does not allow.
std::vector<ResolvedRequest> resolve_requests(const Suite& suite, DatasetPool& pool);

}  // namespace lacuna
