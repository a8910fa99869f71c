// Selective synaptic dampening (Foster et al., 2024): weights that matter for what is to be
// forgotten and not for the rest are made smaller. Nothing is trained.
#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;
using lacuna::NamedTensors;
using lacuna::Over;

struct Likelihood final : lacuna::Objective {
  explicit Likelihood(Over of) : over(of) {}
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    const auto side = over == Over::forget ? batch.forget() : batch.keep();
    return lacuna::per_sample(side, lacuna::nll).mean();
  }
  Over over;
};

class Ssd final : public lacuna::Method {
 public:
  struct Params {
    double alpha = 10, lambda = 1;
    void visit(auto&& field) {
      field("alpha", alpha,
            Field{.help = "how many times more a weight must matter to be dampened", .min = 0});
      field("lambda", lambda, Field{.help = "strength of the dampening; 0: to zero", .min = 0});
    }
  };
  explicit Ssd(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    const auto forget = importance(context, Over::forget, context.forget().size);
    const auto retain = importance(context, Over::retain, context.retain().size);
    const at::NoGradGuard no_grad;
    std::int64_t dampened = 0;
    for (auto& [name, weight] : context.weights()) {
      const auto &f = forget.at(name), &r = retain.at(name);
      const auto chosen = f.gt(params_.alpha * r);
      dampened += chosen.sum().item<std::int64_t>();
      const auto factor = (params_.lambda * r / f).clamp_max(1);
      weight.copy_(at::where(chosen, weight * factor, weight));
    }
    context.log("dampened_weights", static_cast<double>(dampened));
  }

 private:
  // Diagonal of the empirical Fisher information: the mean of squared gradients, a sample at a
  // time. Gradients of batches would average first, which is another thing.
  static NamedTensors importance(lacuna::UnlearnContext& context, Over over, std::int64_t size) {
    Likelihood objective(over);
    NamedTensors out;
    for (std::int64_t sample = 0; sample < size; ++sample) {
      for (const auto& [name, gradient] :
           context.gradient(objective, over, at::full({1}, sample, at::kLong))) {
        auto& sum = out[name];
        if (!sum.defined()) sum = at::zeros_like(gradient);
        sum.addcmul_(gradient, gradient, 1.0 / static_cast<double>(size));
      }
    }
    return out;
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Ssd>(
    {.id = "ssd",
     .version = "1.0.0",
     .summary =
         "Selective synaptic dampening: shrinks weights that matter for the forget set alone",
     .citation = "J. Foster, S. Schoepf, A. Brintrup, Fast Machine Unlearning Without Retraining "
                 "Through Selective Synaptic Dampening, AAAI 2024, arXiv 2308.07707",
     .needs = {lacuna::Ability::keep, lacuna::Ability::retain}}))
