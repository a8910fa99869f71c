// Compares the method plugins with the values and gradients that tests/parity/make_losses.py
// computed from the formulas.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>

#include "../../plugins/methods/relabelling/random_labels.hpp"
#include "fixtures.hpp"
#include "lacuna/optimizer.hpp"
#include "support/files.hpp"
#include "train/kl_terms.hpp"

namespace lacuna::testing {

inline at::Tensor matrix(const nlohmann::json& rows, at::ScalarType type) {
  std::vector<at::Tensor> out;
  for (const auto& row : rows)
    out.push_back(at::tensor(row.get<std::vector<double>>(), at::kDouble));
  return at::stack(out).to(type);
}

inline at::Tensor label_list(const nlohmann::json& labels) {
  return at::tensor(labels.get<std::vector<std::int64_t>>(), at::kLong);
}

// One recorded input under one goal, in one precision; the students' logits are leaves.
struct LossInput {
  LossInput(const nlohmann::json& input, const std::string& goal, at::ScalarType type)
      : fine(level(input.at("fine"), type)),
        coarse(level(input.at("coarse"), type)),
        forgets_coarse(goal == "fine" ? at::Tensor()
                                      : label_list(input.at("goals").at(goal)).to(at::kBool)),
        random({{"fine", label_list(input.at("fine").at("random"))}}),
        batch(fine, coarse, forgets_coarse) {
    if (!forgets_coarse.defined()) return;
    // Of the rows that the question is about.
    random["coarse"] = label_list(input.at("coarse").at("random")).masked_select(forgets_coarse);
  }

  static FakeBatch::OfLevel level(const nlohmann::json& of, at::ScalarType type) {
    return {matrix(of.at("student"), type).requires_grad_(true), matrix(of.at("teacher"), type),
            label_list(of.at("target"))};
  }

  FakeBatch::OfLevel fine, coarse;
  at::Tensor forgets_coarse;
  std::map<std::string, at::Tensor> random;  // drawn labels, by question
  FakeBatch batch;
};

inline at::Tensor loss_of(const nlohmann::json& loss_case, const LossInput& input) {
  const std::string name = loss_case.at("loss");
  const auto& params = loss_case.at("params");
  if (name.starts_with("kl_")) {
    KlConfig config{.coarse = 1, .fine = 1, .reduction = params.at("reduction")};
    const auto terms = kl_terms(input.batch, config);
    return name == "kl_fine" ? terms.fine : terms.coarse;
  }
  if (name == "relabel") return relabelling::RandomLabels(input.random).loss(input.batch, {});
  if (method(name).make_objective) return objective(name, params)->loss(input.batch, {});
  at::Tensor loss;  // of a method's own training
  CatchingContext context([&](Objective& of) { loss = of.loss(input.batch, {}); });
  method(name).make_method(params)->run(context);
  return loss;
}

// The largest difference in value and gradients, relative to the largest of each where that is
// above 1.
inline double deviation(const nlohmann::json& expected, const nlohmann::json& loss_case,
                        const nlohmann::json& input, at::ScalarType type) {
  const LossInput in(input, loss_case.at("goal"), type);
  const auto loss = loss_of(loss_case, in);
  loss.backward();
  const auto relative = [](const at::Tensor& got, const at::Tensor& wanted) {
    const auto scale = std::max(1.0, wanted.abs().max().item<double>());
    return (got.detach().to(at::kDouble) - wanted).abs().max().item<double>() / scale;
  };
  double worst = relative(loss, at::tensor(expected.at("value").get<double>(), at::kDouble));
  for (const auto& [student, name] :
       {std::pair{in.fine.student, "fine"}, std::pair{in.coarse.student, "coarse"}}) {
    const auto gradient = student.grad().defined() ? student.grad() : at::zeros_like(student);
    worst = std::max(worst, relative(gradient, matrix(expected.at(name), at::kDouble)));
  }
  return worst;
}

// Every case of a file, in both precisions. The file's digits are 12, and 9 for float32.
inline void check_losses(const nlohmann::json& file) {
  std::size_t checked = 0;
  for (const auto& one : file.at("cases")) {
    const auto& input = file.at("inputs").at(one.at("input").get<std::string>());
    CAPTURE(one.at("input").dump(), one.at("goal").dump(), one.at("loss").dump(),
            one.at("params").dump());
    CHECK(deviation(one, one, input, at::kDouble) < 1e-10);
    CHECK(deviation(one, one, input, at::kFloat) < 1e-6);
    if (one.contains("float32")) CHECK(deviation(one.at("float32"), one, input, at::kFloat) < 1e-6);
    ++checked;
  }
  CHECK(checked == 16 * 3 * file.at("inputs").size());
}

// AdamW under cosine annealing stepped once an epoch, as the loop runs it.
inline void check_optimizer(const nlohmann::json& of) {
  const auto list = [](const nlohmann::json& values) {
    return at::tensor(values.get<std::vector<double>>(), at::kDouble);
  };
  auto weights = list(of.at("start")).to(at::kFloat).requires_grad_(true);
  const double rate = of.at("learning_rate");
  AdamW adamw({weights}, {.learning_rate = rate,
                          .beta1 = of.at("beta1"),
                          .beta2 = of.at("beta2"),
                          .eps = of.at("eps"),
                          .weight_decay = of.at("weight_decay")});
  const std::int64_t epochs = of.at("epochs"), steps = of.at("steps");
  for (std::int64_t epoch = 0; epoch < epochs; ++epoch) {
    adamw.set_learning_rate(rate * cosine_factor(epoch, epochs));
    for (std::int64_t step = 0; step < steps; ++step) {
      weights.mutable_grad() = list(of.at("gradients").at(epoch * steps + step)).to(at::kFloat);
      adamw.step();
    }
    CAPTURE(epoch);
    const auto difference = weights.detach().to(at::kDouble) - list(of.at("after").at(epoch));
    CHECK(difference.abs().max().item<double>() < 1e-6);
  }
  CHECK((weights.detach() - list(of.at("start"))).abs().max().item<double>() > 0.01);
}

}  // namespace lacuna::testing
