// predictions/<key>.safetensors: the top-1 predictions of every evaluation of a cell, enough to
// compute any metric again.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"

namespace lacuna {

struct EvaluationPredictions {
  std::string id;
  Role role = Role::in_domain;
  std::vector<std::int64_t> forget;  // fine labels asked to be forgotten
  Predictions predictions;
  std::vector<std::int64_t> forget_coarse = {};  // coarse labels asked to be forgotten as well
};

// Sets the rows of forget_coarse in its predictions; leaves them undefined where there are none.
void mark_forgotten_coarse(EvaluationPredictions& evaluation);

// Tensors "<id>/fine_target", "<id>/fine_predicted", "<id>/coarse_predicted" in the smallest
// integer type that holds the labels; names, parents and forget labels in the metadata
// ("forget_coarse" only where there are some). What follows from them (coarse targets, the forget
// mask) is not stored. The same predictions give the same bytes. Atomic.
void save_predictions(const std::filesystem::path& path,
                      const std::vector<EvaluationPredictions>& evaluations);

// Throws ConfigError("<path>: reason") for a file that save_predictions did not write.
std::vector<EvaluationPredictions> load_predictions(const std::filesystem::path& path);

// {"forget": {"fine": [correct, n], "coarse": …}, "retain": …, "all": …}; only "all" where nothing
// is to be forgotten. Where coarse labels are to be forgotten as well, "forgotten_coarse":
// {"coarse": …} counts them, and the coarse counts of "forget" and "retain" hold the rows that keep
// theirs.
nlohmann::json counts_of(const EvaluationPredictions& evaluation);

}  // namespace lacuna
