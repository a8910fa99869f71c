// The step that gives numbers. It knows predictions and metrics: no model, no data, no method.
#pragma once

#include <list>
#include <memory>
#include <utility>

#include "model/clip/predicted.hpp"
#include "run/steps/worker.hpp"

namespace lacuna {

// Jobs of any cells. What one metric of a cell has read, the next of the same cell need not read
// again.
class Scorer {
 public:
  JobResult operator()(const ScoreOrder& order, const WorkerHead& head);

 private:
  struct Read {
    std::filesystem::path file;
    std::string sha256;
    std::shared_ptr<const Predicted> predicted;
  };
  const Read& read(const std::filesystem::path& file);

  Registry registry_;
  std::list<Read> read_;  // the latest first
};

}  // namespace lacuna
