// Gradient surgery (Yu et al., 2020) between forgetting and keeping: where the two gradients
// conflict, each loses its part along the other.
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;
using lacuna::NamedTensors;

struct Forgetting final : lacuna::Objective {
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return -lacuna::per_sample(batch.forget(), lacuna::nll).mean();
  }
};

struct Keeping final : lacuna::Objective {
  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return lacuna::per_sample(batch.keep(), lacuna::nll).mean();
  }
};

at::Tensor dot(const NamedTensors& a, const NamedTensors& b) {
  at::Tensor sum;
  for (const auto& [name, tensor] : a) {
    const auto other = b.find(name);
    if (other == b.end()) continue;
    const auto part = (tensor * other->second).sum();
    sum = sum.defined() ? sum + part : part;
  }
  return sum;
}

class Pcgrad final : public lacuna::Method {
 public:
  struct Params {
    double keep = 1;
    void visit(auto&& field) {
      field("keep", keep, Field{.help = "weight of the cross-entropy to keep", .min = 0});
    }
  };
  explicit Pcgrad(Params params) : params_(params) {}

  void run(lacuna::UnlearnContext& context) override {
    Forgetting forgetting;
    Keeping keeping;
    lacuna::TrainOptions options;
    options.second = &keeping;
    options.merge = [this](NamedTensors& first, const NamedTensors& second) {
      merge(first, second);
    };
    context.train(forgetting, options);
  }

 private:
  // All on the device: no step waits for a decision.
  void merge(NamedTensors& first, const NamedTensors& second) const {
    const auto product = dot(first, second);
    if (!product.defined()) return;
    const auto conflict = [&](const NamedTensors& other) {
      return at::where(product.lt(0), product / dot(other, other), at::zeros_like(product));
    };
    const auto off_first = conflict(second), off_second = conflict(first);
    for (auto& [name, gradient] : first) {
      const auto other = second.find(name);
      if (other == second.end()) continue;
      const auto& kept = other->second;
      gradient.copy_(gradient - off_first * kept + params_.keep * (kept - off_second * gradient));
    }
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::method<Pcgrad>(
    {.id = "pcgrad",
     .version = "1.0.0",
     .summary =
         "Gradient difference whose two gradients give way to each other where they conflict",
     .citation = "T. Yu, S. Kumar, A. Gupta, S. Levine, K. Hausman, C. Finn, Gradient Surgery for "
                 "Multi-Task Learning, NeurIPS 2020, arXiv 2001.06782",
     .needs = {lacuna::Ability::keep}}))
