// Maximum entropy on the forget pictures (Yuan et al., 2025), with a coarse term that keeps
// utility.
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/softmax.h>

#include <cmath>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;
using lacuna::Level;

class Me final : public lacuna::Objective {
 public:
  struct Params {
    double keep = 1, epsilon = 0;
    void visit(auto&& field) {
      field("keep", keep,
            Field{.help = "weight of the coarse cross-entropy to keep; 0: none", .min = 0});
      field(
          "epsilon", epsilon,
          Field{
              .help = "added inside the logarithm; 1e-7 in the released code", .min = 0, .max = 1});
    }
  };
  explicit Me(Params params) : params_(params) {}

  at::Tensor loss(const lacuna::Batch& batch) const override {
    // KL(U || p) = -log C - mean_j log p_j.
    const auto fine = log_p(batch.student(Level::fine));
    auto loss = -std::log(static_cast<double>(fine.size(1))) - fine.mean();
    if (const auto rows = batch.forgets_coarse(); rows.defined()) {
      const auto coarse = log_p(batch.student(Level::coarse));
      const auto divergence = -std::log(static_cast<double>(coarse.size(1))) - coarse.mean(1);
      loss = loss + lacuna::only(rows, divergence).mean();
    }
    if (params_.keep == 0) return loss;
    const auto kept =
        lacuna::to_keep(batch, [&](Level level) { return lacuna::nll(batch, level); });
    return loss + params_.keep * kept.mean();
  }

 private:
  at::Tensor log_p(const at::Tensor& logits) const {
    return params_.epsilon > 0 ? (at::softmax(logits, 1) + params_.epsilon).log()
                               : at::log_softmax(logits, 1);
  }

  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Me>(
    {.id = "me",
     .version = "1.1.0",
     .summary =
         "Maximum entropy on the fine names plus the coarse cross-entropy (the paper's ME+GD)",
     .citation =
         "X. Yuan et al., A Closer Look at Machine Unlearning for Large Language Models, ICLR "
         "2025, arXiv 2410.08109; coarse form: Y. Tan, B. Gong, TMLR 2026, arXiv 2506.11253",
     .capabilities = {lacuna::Capability::coarse_level}}))
