// Gradient difference (Maini et al., 2024); without retain samples the coarse names of the forget
// pictures stand in for them.
#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;

class Gdiff final : public lacuna::Objective {
 public:
  struct Params {
    double forget = 1, keep = 1;
    void visit(auto&& field) {
      field("forget", forget,
            Field{.help = "weight of minus the cross-entropy to forget", .min = 0});
      field("keep", keep, Field{.help = "weight of the cross-entropy to keep", .min = 0});
    }
  };
  explicit Gdiff(Params params) : params_(params) {}

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return params_.keep * lacuna::per_sample(batch.keep(), lacuna::nll).mean() -
           params_.forget * lacuna::per_sample(batch.forget(), lacuna::nll).mean();
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Gdiff>(
    {.id = "gdiff",
     .version = "2.0.0",
     .summary =
         "Gradient difference: ascend on what is to be forgotten, descend on what is to be kept",
     .citation =
         "P. Maini et al., TOFU: A Task of Fictitious Unlearning for LLMs, COLM 2024, arXiv "
         "2401.06121; coarse form: Y. Tan, B. Gong, TMLR 2026, arXiv 2506.11253",
     .needs = {lacuna::Ability::keep}}))
