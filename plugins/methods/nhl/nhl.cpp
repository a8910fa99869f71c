// Negative hinge loss (Tan & Gong, 2026).
#include <ATen/ops/one_hot.h>
#include <ATen/ops/relu.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

class Nhl final : public lacuna::Objective {
 public:
  struct Params {
    double margin = 2;
    std::string mask = "exclude";
    void visit(auto&& field) {
      field("margin", margin, Field{.help = "logits by which another class must win", .min = 0});
      field("mask", mask,
            Field{.help =
                      "the target's logit among its rivals: left out, or 0 as in the released code",
                  .choices = {"exclude", "zero"}});
    }
  };
  explicit Nhl(Params params) : params_(std::move(params)) {}

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return lacuna::per_sample(batch.forget(),
                              [&](const lacuna::Question& question) {
                                return hinge(question.student(), question.target());
                              })
        .mean();
  }

 private:
  at::Tensor hinge(const at::Tensor& logits, const at::Tensor& target) const {
    const auto own = logits.gather(1, target.unsqueeze(1)).squeeze(1);
    const auto rivals = params_.mask == "zero" ? logits * (1 - at::one_hot(target, logits.size(1)))
                                               : lacuna::without_target(logits, target);
    // amax shares the gradient of a tie equally, so that the order of the classes cannot matter.
    return at::relu(params_.margin + own - rivals.amax(1));
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Nhl>(
    {.id = "nhl",
     .version = "2.0.0",
     .summary = "Negative hinge: some other class must beat the forgotten one by a margin",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
