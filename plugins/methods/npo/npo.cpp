// Negative preference optimisation (Zhang et al., 2024).
#include <ATen/ops/log_sigmoid.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

class Npo final : public lacuna::Objective {
 public:
  struct Params {
    double beta = 0.5;
    std::string reduction = "sample";
    void visit(auto&& field) {
      field("beta", beta, Field{.help = "inverse temperature of the sigmoid", .min = 1e-6});
      field("reduction", reduction,
            Field{.help = "one sigmoid per sample, or per batch as in the released code",
                  .choices = {"sample", "batch"}});
    }
  };
  explicit Npo(Params params) : params_(std::move(params)) {}

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    // Of a sample as a whole: the log-probabilities of its rows add up.
    auto ratio = lacuna::per_sample(
        batch.forget(),
        [](const lacuna::Question& question) {
          return lacuna::nll(question) - question.teacher_nll();
        },
        lacuna::Rows::sum);
    if (params_.reduction == "batch") ratio = ratio.mean();
    return -(2 / params_.beta) * at::log_sigmoid(params_.beta * ratio).mean();
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Npo>(
    {.id = "npo",
     .version = "2.0.0",
     .summary =
         "Negative preference optimisation: gradient ascent that fades as samples are forgotten",
     .citation = "R. Zhang, L. Lin, Y. Bai, S. Mei, Negative Preference Optimization: From "
                 "Catastrophic Collapse to Effective Unlearning, COLM 2024, arXiv 2404.05868"}))
