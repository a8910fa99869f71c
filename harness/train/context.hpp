// What a Method works with, over any family of models.
#pragma once

#include <memory>
#include <string>

#include "lacuna/method.hpp"
#include "train/loop.hpp"
#include "train/subject.hpp"
#include "train/trajectory.hpp"

namespace lacuna {

// Refers to all of its arguments. [one thread]
class TrainContext final : public UnlearnContext {
 public:
  TrainContext(Subject& subject, const LoopOptions& options, Trajectory& trajectory);

  const Samples& forget() const override { return subject_.forget(); }
  const Samples& retain() const override { return subject_.retain(); }
  Model& model() override { return subject_.model(); }
  Model& open(const std::string& name) override;
  std::unique_ptr<Batch> batch(const at::Tensor& forget, const at::Tensor& retain) override;
  void train(Objective& objective, const TrainOptions& given) override;
  NamedTensors gradient(Objective& objective, Over over, const at::Tensor& rows) override;
  std::int64_t epochs() const override { return options_.training.epochs; }
  at::Generator generator(const std::string& purpose) override;
  void log(const std::string& name, double value) override { trajectory_.log(name, value); }

 private:
  Subject& subject_;
  const LoopOptions& options_;
  Trajectory& trajectory_;
  at::Generator prompts_;
};

}  // namespace lacuna
