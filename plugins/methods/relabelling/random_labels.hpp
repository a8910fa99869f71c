// Labels drawn at random once and the loss that fits them: what `relabel` and `salun` share.
#pragma once

#include <ATen/ops/multinomial.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/where.h>

#include <cstdint>
#include <utility>

#include "lacuna/lacuna.hpp"

namespace relabelling {

// Cross-entropy to the drawn labels: the fine one, and on rows whose coarse label is to be
// forgotten as well a coarse one.
class RandomLabels : public lacuna::Objective {
 public:
  // `exclude_true`: a fine label is never the sample's own and, where the coarse label goes too,
  // never one under it; a coarse label is never the sample's own. Else any label may be drawn.
  explicit RandomLabels(bool exclude_true) : exclude_true_(exclude_true) {}
  // Labels that were drawn already, int64 [N]; `coarse` may be undefined.
  RandomLabels(at::Tensor fine, at::Tensor coarse)
      : fine_(std::move(fine)), coarse_(std::move(coarse)) {}

  void prepare(const lacuna::ForgettingSet& set, at::Generator generator) override {
    const auto device = set.fine.device();
    const auto& taxonomy = set.taxonomy;
    fine_ = draw(set.fine.cpu(), static_cast<std::int64_t>(taxonomy.fine.size()), generator);
    if (set.forget_coarse.defined()) {
      const auto own = set.coarse.cpu();
      if (exclude_true_) {
        const auto parent = at::tensor(taxonomy.parent, at::kLong);
        const auto others = parent.unsqueeze(0).ne(own.unsqueeze(1));  // [N, C]
        if (!others.any(1).all().item<bool>()) refuse();
        const auto outside = at::multinomial(others.to(at::kFloat), 1, false, generator).squeeze(1);
        fine_ = at::where(set.forget_coarse.cpu(), outside, fine_);
      }
      coarse_ = draw(own, static_cast<std::int64_t>(taxonomy.coarse.size()), generator).to(device);
    }
    fine_ = fine_.to(device);
  }

  at::Tensor loss(const lacuna::Batch& batch) const override {
    return lacuna::to_forget(batch,
                             [&](lacuna::Level level) {
                               return lacuna::nll(batch.student(level), labels(batch, level));
                             })
        .mean();
  }

  at::Tensor fitted(const lacuna::Batch& batch) const override {
    return labels(batch, lacuna::Level::fine);
  }

  // The drawn labels of the batch's rows: int64 [N].
  at::Tensor labels(const lacuna::Batch& batch, lacuna::Level level) const {
    return (level == lacuna::Level::fine ? fine_ : coarse_).index_select(0, batch.index());
  }

 private:
  [[noreturn]] static void refuse() {
    throw lacuna::ConfigError("exclude_true: there is no other class to draw");
  }

  // A label for each of `own`, on the CPU.
  at::Tensor draw(const at::Tensor& own, std::int64_t classes, at::Generator& generator) const {
    const std::int64_t choices = exclude_true_ ? classes - 1 : classes;
    if (choices < 1) refuse();
    auto labels = at::randint(choices, {own.size(0)}, generator, at::kLong);
    // Skipping the own label keeps the draw uniform over the others.
    if (exclude_true_) labels += (labels >= own).to(at::kLong);
    return labels;
  }

  bool exclude_true_ = true;
  at::Tensor fine_, coarse_;
};

}  // namespace relabelling
