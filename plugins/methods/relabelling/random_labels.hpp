// Labels drawn at random once and the loss that fits them: what `relabel` and `salun` share.
#pragma once

#include <ATen/ops/multinomial.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/where.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "lacuna/lacuna.hpp"

namespace relabelling {

// Cross-entropy to labels drawn at random for every question to forget.
class RandomLabels : public lacuna::Objective {
 public:
  // `exclude_true`: a label is never one that is to be forgotten with the row's own, its own among
  // them. Else any label may be drawn.
  explicit RandomLabels(bool exclude_true) : exclude_true_(exclude_true) {}
  // Labels that were drawn already: int64 [R] by question.
  explicit RandomLabels(std::map<std::string, at::Tensor> drawn) : drawn_(std::move(drawn)) {}

  void prepare(const lacuna::Samples& forget, at::Generator generator) override {
    for (const auto& asked : forget.forget)
      drawn_[asked.question] = draw(asked, generator).to(asked.target.device());
  }

  at::Tensor loss(const lacuna::Batch& batch, const lacuna::Moment&) override {
    return lacuna::per_sample(batch.forget(),
                              [&](const lacuna::Question& question) {
                                return lacuna::cross_entropy(question.student(), fitted(question));
                              })
        .mean();
  }

  at::Tensor fitted(const lacuna::Question& question) override {
    return drawn_.at(question.name()).index_select(0, question.row());
  }

 private:
  [[noreturn]] static void refuse() {
    throw lacuna::ConfigError("exclude_true: there is no other class to draw");
  }

  // A label for each row, on the CPU.
  at::Tensor draw(const lacuna::Labels& asked, at::Generator& generator) const {
    const auto own = asked.target.cpu();
    const std::int64_t choices = exclude_true_ ? asked.choices - 1 : asked.choices;
    if (choices < 1) refuse();
    auto labels = at::randint(choices, {own.size(0)}, generator, at::kLong);
    if (!exclude_true_) return labels;
    // Skipping the own label keeps the draw uniform over the others.
    labels += (labels >= own).to(at::kLong);
    if (!asked.forgotten.defined()) return labels;
    const auto others = asked.forgotten.cpu().logical_not();
    if (!others.any(1).all().item<bool>()) refuse();
    const auto outside = at::multinomial(others.to(at::kFloat), 1, false, generator).squeeze(1);
    return at::where(others.sum(1).lt(choices), outside, labels);
  }

  bool exclude_true_ = true;
  std::map<std::string, at::Tensor> drawn_;
};

}  // namespace relabelling
