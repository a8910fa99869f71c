// Maximum entropy on the forget pictures (Yuan et al., 2025), with a coarse term that keeps
// utility.
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

#include <cmath>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

class Me final : public lacuna::Objective {
 public:
  struct Params {
    double keep = 1, epsilon = 0;
    void visit(auto&& field) {
      field("keep", keep, Field{.help = "weight of the cross-entropy to keep; 0: none", .min = 0});
      field(
          "epsilon", epsilon,
          Field{
              .help = "added inside the logarithm; 1e-7 in the released code", .min = 0, .max = 1});
    }
  };
  explicit Me(Params params) : params_(params) {}

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    const auto loss = lacuna::per_sample(batch.forget(), [&](const lacuna::Question& question) {
                        return from_uniform(question.student());
                      }).mean();
    if (params_.keep == 0) return loss;
    return loss + params_.keep * lacuna::per_sample(batch.keep(), lacuna::nll).mean();
  }

 private:
  // KL(U || p) = -log C - mean_j log p_j, per row.
  at::Tensor from_uniform(const at::Tensor& logits) const {
    const auto log_p = params_.epsilon > 0 ? (at::softmax(logits, 1) + params_.epsilon).log()
                                           : at::log_softmax(logits, 1);
    return -std::log(static_cast<double>(logits.size(1))) - log_p.mean(1);
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Me>(
    {.id = "me",
     .version = "2.0.0",
     .summary =
         "Maximum entropy on the fine names plus the coarse cross-entropy (the paper's ME+GD)",
     .citation =
         "X. Yuan et al., A Closer Look at Machine Unlearning for Large Language Models, ICLR "
         "2025, arXiv 2410.08109; coarse form: Y. Tan, B. Gong, TMLR 2026, arXiv 2506.11253",
     .needs = {lacuna::Ability::keep}}))
