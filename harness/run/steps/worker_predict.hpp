// The step that asks a model. It knows weights and datasets, and loads neither methods nor metrics.
#pragma once

#include <optional>

#include "model/weights/checkpoint.hpp"
#include "run/steps/worker.hpp"

namespace lacuna {

// The jobs of one model, which is loaded for the first of them.
class Predictor {
 public:
  JobResult operator()(const PredictOrder& order, const WorkerHead& head);

 private:
  struct Model {
    Checkpoint checkpoint;
    Clip clip;
  };
  const Model& model(const PredictOrder& order, const WorkerHead& head);

  Registry registry_;
  std::optional<Model> model_;
};

}  // namespace lacuna
