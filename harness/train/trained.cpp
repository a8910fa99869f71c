#include "train/trained.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

// Weights as leaves that record gradients. A method may have put other tensors into the map.
void make_leaves(NamedTensors& weights) {
  for (auto& [name, weight] : weights) {
    if (!weight.is_leaf() || weight.scalar_type() != at::kFloat)
      weight = weight.detach().to(at::kFloat);
    weight.requires_grad_(true);
  }
}

}  // namespace

Trained::Trained(NamedTensors& weights, const TrainOptions& options)
    : weights_(weights), compose_(options.compose) {
  make_leaves(weights_);
  if (options.parameters.empty() != !compose_)
    throw Error("train: parameters and compose belong together (one of them is missing)");
  if (!compose_) {
    leaves_ = weights_;
    return;
  }
  if (!options.trainable.empty())
    throw Error("train: trainable masks weights, and this loop trains parameters (mask those)");
  for (const auto& [name, parameter] : options.parameters)
    if (!parameter.is_leaf() || parameter.scalar_type() != at::kFloat)
      throw Error(fmt::format("train: parameter '{}' is no float32 leaf", name));
  leaves_ = options.parameters;
  for (auto& [name, parameter] : leaves_) parameter.requires_grad_(true);
  base_ = weights_;
  for (auto& [name, weight] : base_) weight.requires_grad_(false);
}

Trained::~Trained() { finish(); }

void Trained::compose() {
  if (!compose_) return;
  for (const auto& [name, made] : compose_(leaves_)) {
    const auto found = base_.find(name);
    if (found == base_.end())
      throw Error(fmt::format("compose: '{}' is no weight of the model", name));
    if (!made.defined() || made.sizes() != found->second.sizes())
      throw Error(fmt::format("compose: '{}' is not of its weight's shape", name));
    weights_[name] = made;
  }
}

NamedTensors Trained::gradients() const {
  NamedTensors out;
  for (const auto& [name, leaf] : leaves_)
    if (leaf.grad().defined()) out[name] = leaf.grad();
  return out;
}

void Trained::save(NamedTensors& kept) const {
  at::NoGradGuard no_grad;
  for (const auto& [name, leaf] : leaves_) {
    if (auto& place = kept[name]; place.defined()) {
      place.copy_(leaf);
    } else {
      place = leaf.detach().clone();
    }
  }
}

void Trained::restore(const NamedTensors& kept) {
  at::NoGradGuard no_grad;
  for (const auto& [name, bytes] : kept) leaves_.at(name).copy_(bytes);
}

void Trained::finish() {
  if (!compose_) return;
  at::NoGradGuard no_grad;
  // In place: whoever holds a weight goes on holding it.
  for (auto& [name, weight] : base_) {
    if (auto& made = weights_[name]; !made.is_same(weight)) {
      weight.copy_(made.detach());
      made = weight;
    }
    weight.requires_grad_(true);
  }
  compose_ = {};
}

}  // namespace lacuna
