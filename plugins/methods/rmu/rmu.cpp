// Representation misdirection (Li et al., 2024): hidden states of forget samples towards a random
// direction, those of retain samples where they were.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/zeros.h>

#include <utility>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

class Misdirection final : public lacuna::Objective {
 public:
  Misdirection(lacuna::UnlearnContext& context, std::string layer, at::Tensor target, double keep)
      : context_(context), layer_(std::move(layer)), target_(std::move(target)), keep_(keep) {}

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    const auto& forget = context_.forget();
    const auto gone = context_.model().hidden(forget, batch.forget().index, layer_);
    auto loss = (gone - target_).square().mean();
    // Retain samples count on after those of the forgetting set, and come last.
    const auto all = batch.keep().index;
    const auto kept = all.slice(0, all.size(0) - batch.forget().size) - forget.size;
    return loss + keep_ * moved(kept);
  }

 private:
  at::Tensor moved(const at::Tensor& rows) const {
    const auto now = context_.model().hidden(context_.retain(), rows, layer_);
    const at::NoGradGuard no_grad;
    const auto before = context_.open("original").hidden(context_.retain(), rows, layer_);
    const at::AutoGradMode with_grad(true);
    return (now - before).square().mean();
  }

  lacuna::UnlearnContext& context_;
  std::string layer_;
  at::Tensor target_;
  double keep_;
};

class Rmu final : public lacuna::Method {
 public:
  struct Params {
    std::string layer;
    double coefficient = 2, keep = 1;
    void visit(auto&& field) {
      field("layer", layer,
            Field{.help = "whose output is steered; empty: in the middle of the first tower"});
      field("coefficient", coefficient,
            Field{.help = "length of the vector that forget samples are steered to", .min = 0});
      field("keep", keep, Field{.help = "weight of the distance of retain samples", .min = 0});
    }
  };
  explicit Rmu(Params params) : params_(std::move(params)) {}

  void run(lacuna::UnlearnContext& context) override {
    const auto layer = params_.layer.empty() ? middle(context.model().layers()) : params_.layer;
    const auto width = [&] {
      const at::NoGradGuard no_grad;
      return context.model().hidden(context.forget(), at::zeros({1}, at::kLong), layer).size(2);
    }();
    auto direction =
        at::rand({width}, context.generator("direction"), at::TensorOptions(at::kFloat));
    direction = direction / direction.norm() * params_.coefficient;
    Misdirection objective(context, layer, direction.to(context.weights().begin()->second.device()),
                           params_.keep);
    context.train(objective, {});
  }

 private:
  static std::string middle(const std::vector<std::string>& layers) {
    const auto tower = layers.front().substr(0, layers.front().find('.') + 1);
    std::size_t count = 0;
    while (count < layers.size() && layers[count].starts_with(tower)) ++count;
    return layers[count / 2];
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Rmu>(
    {.id = "rmu",
     .version = "1.0.0",
     .summary =
         "Representation misdirection: hidden states of forget samples towards a random vector",
     .citation = "N. Li et al., The WMDP Benchmark: Measuring and Reducing Malicious Use With "
                 "Unlearning, ICML 2024, arXiv 2403.03218",
     .needs = {lacuna::Ability::retain, lacuna::Ability::hidden_states}}))
