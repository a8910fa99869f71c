#include "lacuna/optimizer.hpp"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_add.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <numbers>
#include <string>
#include <utility>

#include "lacuna/error.hpp"

namespace lacuna {

namespace {

// The fused kernel walks the memory of parameter, gradient and moments side by side, whatever their
// strides say.
at::Tensor gradient_of(const at::Tensor& parameter) {
  const auto& gradient = parameter.grad();
  if (!gradient.defined()) return at::zeros_like(parameter);
  if (gradient.strides() == parameter.strides()) return gradient;
  return at::empty_like(parameter).copy_(gradient);
}

}  // namespace

AdamW::AdamW(std::vector<at::Tensor> parameters, AdamWOptions options)
    : parameters_(std::move(parameters)), options_(options) {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const auto& parameter = parameters_[i];
    if (!parameter.is_leaf() || !parameter.requires_grad() ||
        parameter.scalar_type() != at::kFloat || !parameter.is_non_overlapping_and_dense())
      throw Error("AdamW: parameter " + std::to_string(i) +
                  " is not a dense float32 leaf that requires grad");
    first_.push_back(at::zeros_like(parameter));
    second_.push_back(at::zeros_like(parameter));
    steps_.push_back(at::zeros({}, parameter.options()));
  }
}

void AdamW::step() {
  if (parameters_.empty()) return;
  const at::NoGradGuard no_grad;
  std::vector<at::Tensor> gradients;
  gradients.reserve(parameters_.size());
  for (const auto& parameter : parameters_) gradients.push_back(gradient_of(parameter));
  at::_foreach_add_(steps_, 1);
  at::_fused_adamw_(parameters_, gradients, first_, second_, /*max_exp_avg_sqs=*/{}, steps_,
                    options_.learning_rate, options_.beta1, options_.beta2, options_.weight_decay,
                    options_.eps, /*amsgrad=*/false, /*maximize=*/false);
}

void AdamW::zero_grad() {
  for (auto& parameter : parameters_) parameter.mutable_grad().reset();
}

std::vector<at::Tensor> AdamW::state() const {
  std::vector<at::Tensor> state;
  for (const auto* part : {&first_, &second_, &steps_})
    for (const auto& tensor : *part) state.push_back(tensor.clone());
  return state;
}

void AdamW::load_state(const std::vector<at::Tensor>& state) {
  if (state.size() != 3 * parameters_.size())
    throw Error("AdamW: a state of " + std::to_string(state.size()) + " tensors (expected " +
                std::to_string(3 * parameters_.size()) + ")");
  // All of it is checked before any of it is taken.
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs;
  for (auto* part : {&first_, &second_, &steps_})
    for (auto& own : *part) {
      const auto& given = state[pairs.size()];
      if (!given.defined() || given.sizes() != own.sizes())
        throw Error("AdamW: tensor " + std::to_string(pairs.size()) +
                    " of the state has another shape than its parameter");
      pairs.emplace_back(own, given);
    }
  const at::NoGradGuard no_grad;
  for (auto& [own, given] : pairs) own.copy_(given);
}

double cosine_factor(std::int64_t epoch, std::int64_t epochs) {
  return (1 +
          std::cos(std::numbers::pi * static_cast<double>(epoch) / static_cast<double>(epochs))) /
         2;
}

}  // namespace lacuna
