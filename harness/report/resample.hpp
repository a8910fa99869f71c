// What would have come out had other test pictures been drawn: scores of resampled pictures.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "report/interval.hpp"
#include "report/table.hpp"
#include "run/predictions.hpp"

namespace lacuna::report {

// The predictions of a folder's cells, each read once.
class PredictionFiles {
 public:
  explicit PredictionFiles(std::filesystem::path results) : results_(std::move(results)) {}

  // Null if the cell names none or its file is not there. Throws ConfigError naming the file if it
  // is not what the cell was counted from.
  const std::vector<EvaluationPredictions>* of(const Cell& cell);

 private:
  std::filesystem::path results_;
  std::map<std::string, std::vector<EvaluationPredictions>> read_;
};

// 95 % intervals over pictures of the means over a row's seeds, by the name of the measure: the
// scores of every evaluation that has a forget group, and the zero-shot mean. A paired bootstrap: a
// picture brings along what the original model and every seed made of it. Forget and retain
// pictures are drawn apart, since the data sets fix how many there are of each class. Left out:
// where predictions are missing, or a score is undefined in one resample of twenty. A pure function
// of the predictions and the cells' keys.
std::map<std::string, Interval> picture_intervals(const Board& board, const Row& row,
                                                  PredictionFiles& files);

}  // namespace lacuna::report
