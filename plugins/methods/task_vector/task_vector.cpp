// Task vector negation (Ilharco et al., 2023): learn the target better, then step the other way.
#include <ATen/core/grad_mode.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

struct FineTune final : lacuna::Objective {
  explicit FineTune(double weight) : coarse_weight(weight) {}
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    const auto loss = lacuna::per_sample(batch.forget(), lacuna::nll).mean();
    if (coarse_weight == 0) return loss;
    return loss - coarse_weight * lacuna::per_sample(batch.keep(), lacuna::nll).mean();
  }
  at::Tensor fitted(const lacuna::Question& question) override { return question.target(); }
  double coarse_weight;
};

class TaskVector final : public lacuna::Method {
 public:
  struct Params {
    double coarse_weight = 0.05, scale = 1.5;
    void visit(auto&& field) {
      field("coarse_weight", coarse_weight,
            Field{.help = "of the coarse cross-entropy, subtracted while fine-tuning", .min = 0});
      field("scale", scale, Field{.help = "length of the step away from the target", .min = 0});
    }
  };
  explicit TaskVector(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    lacuna::NamedTensors original;
    for (const auto& [name, weight] : context.weights()) original[name] = weight.detach().clone();
    FineTune objective(params_.coarse_weight);
    context.train(objective, {});
    at::NoGradGuard no_grad;
    for (auto& [name, weight] : context.weights()) {
      weight.copy_(original[name] - params_.scale * (weight - original[name]));
    }
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<TaskVector>(
    {.id = "task_vector",
     .version = "2.0.0",
     .summary = "Task vector: fine-tune on the target, then subtract the change from the original",
     .citation =
         "G. Ilharco et al., Editing Models with Task Arithmetic, ICLR 2023, arXiv 2212.04089; "
         "coarse term: Y. Tan, B. Gong, TMLR 2026, arXiv 2506.11253",
     .needs = {lacuna::Ability::keep}}))
