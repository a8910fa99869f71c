// Gradient difference (Maini et al., 2024), the coarse labels of the forget pictures in place of
// retain data.
#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;
using lacuna::Level;

class Gdiff final : public lacuna::Objective {
 public:
  struct Params {
    double forget = 1, keep = 1;
    void visit(auto&& field) {
      field("forget", forget,
            Field{.help = "weight of minus the cross-entropy to forget", .min = 0});
      field("keep", keep, Field{.help = "weight of the coarse cross-entropy to keep", .min = 0});
    }
  };
  explicit Gdiff(Params params) : params_(params) {}

  at::Tensor loss(const lacuna::Batch& batch) const override {
    const auto term = [&](Level level) { return lacuna::nll(batch, level); };
    return params_.keep * lacuna::to_keep(batch, term).mean() -
           params_.forget * lacuna::to_forget(batch, term).mean();
  }

 private:
  Params params_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Gdiff>(
    {.id = "gdiff",
     .version = "1.1.0",
     .summary = "Gradient difference: ascend on the fine labels, descend on the coarse ones",
     .citation =
         "P. Maini et al., TOFU: A Task of Fictitious Unlearning for LLMs, COLM 2024, arXiv "
         "2401.06121; coarse form: Y. Tan, B. Gong, TMLR 2026, arXiv 2506.11253",
     .capabilities = {lacuna::Capability::coarse_level}}))
