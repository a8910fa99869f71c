#include "run/steps/worker_predict.hpp"

#include <ATen/ATen.h>

#include "model/clip/flips.hpp"
#include "model/clip/zero_shot.hpp"
#include "run/machine/compute.hpp"
#include "run/machine/progress_file.hpp"
#include "run/results/outcome_file.hpp"
#include "support/hash.hpp"

namespace lacuna {

const Predictor::Model& Predictor::model(const PredictOrder& order, const WorkerHead& head) {
  if (model_) return *model_;
  const auto device = prepare_compute(head.device, static_cast<int>(head.threads));
  const auto& model = order.spec.model;
  auto checkpoint =
      load_checkpoint(model.folder, {.weights = order.weights, .vocabulary = model.vocabulary});
  for (auto& [name, tensor] : checkpoint.weights) tensor = tensor.to(device);
  Clip clip(checkpoint.config, checkpoint.weights);
  return model_.emplace(std::move(checkpoint), std::move(clip));
}

JobResult Predictor::operator()(const PredictOrder& order, const WorkerHead& head) {
  const auto& spec = order.spec;
  const auto& [checkpoint, clip] = model(order, head);
  const auto dataset = open_dataset(registry_, spec.dataset, spec.data);
  const auto predicted = naming(spec.dataset.id, [&] {
    return predict(clip, checkpoint.tokenizer, *dataset, spec.split, spec.precision);
  });
  auto out = result_of(Step::predict, order);
  if (spec.precision != "float32") {
    const auto flips =
        flips_against_float32(clip, checkpoint.tokenizer, *dataset, spec.split, predicted);
    out.flips = {.precision = spec.precision, .n = flips.n, .fine = flips.fine};
    if (predicted.taxonomy.hierarchical()) out.flips.coarse = flips.coarse;
  }
  save_outcome(order.outcome, predicted);
  out.outcome_sha256 = sha256_file(order.outcome);
  return out;
}

}  // namespace lacuna
