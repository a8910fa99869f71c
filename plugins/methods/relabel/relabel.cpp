// Random relabelling (Golatkar et al., 2020; Graves et al., 2021).
#include <ATen/ops/randint.h>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Field;
using lacuna::Level;

class Relabel final : public lacuna::Objective {
 public:
  struct Params {
    bool exclude_true = true;
    void visit(auto&& field) {
      field(
          "exclude_true", exclude_true,
          Field{.help = "never draw a sample's own label; false: any label, as the released code"});
    }
  };
  explicit Relabel(Params params) : params_(params) {}

  void prepare(const lacuna::ForgettingSet& set, at::Generator generator) override {
    const auto classes = static_cast<std::int64_t>(set.taxonomy.fine.size());
    const std::int64_t choices = params_.exclude_true ? classes - 1 : classes;
    if (choices < 1) throw lacuna::ConfigError("exclude_true: there is no other class to draw");
    labels_ = at::randint(choices, {set.size()}, generator, at::kLong).to(set.fine.device());
    // Skipping the own label keeps the draw uniform over the others.
    if (params_.exclude_true) labels_ += (labels_ >= set.fine).to(at::kLong);
  }

  at::Tensor loss(const lacuna::Batch& batch) const override {
    return lacuna::nll(batch.student(Level::fine), fitted(batch)).mean();
  }

  at::Tensor fitted(const lacuna::Batch& batch) const override {
    return labels_.index_select(0, batch.index());
  }

 private:
  Params params_;
  at::Tensor labels_;
};

}  // namespace

LACUNA_PLUGIN(lacuna::objective<Relabel>(
    {.id = "relabel",
     .version = "1.0.0",
     .summary = "Random relabelling: fit labels drawn at random once, before training",
     .citation =
         "A. Golatkar, A. Achille, S. Soatto, Eternal Sunshine of the Spotless Net, CVPR 2020; "
         "L. Graves, V. Nagisetty, V. Ganesh, Amnesiac Machine Learning, AAAI 2021, arXiv "
         "2010.10981"}))
