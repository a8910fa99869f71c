#include "train/lora.hpp"

#include <ATen/ATen.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

bool wanted(const std::string& name, const std::vector<std::string>& beginnings) {
  return beginnings.empty() || std::any_of(beginnings.begin(), beginnings.end(),
                                           [&](auto& start) { return name.starts_with(start); });
}

}  // namespace

void add_lora(TrainOptions& options, const NamedTensors& weights, const TrainingConfig& config,
              at::Generator generator) {
  if (!options.parameters.empty() || options.compose || !options.trainable.empty())
    throw Error("training.lora_rank: the method trains parameters of its own (set it to 0)");
  NamedTensors base;
  for (const auto& [name, weight] : weights) {
    if (weight.dim() < 2 || !wanted(name, config.lora_weights)) continue;
    const auto rows = weight.size(0), columns = weight.numel() / weight.size(0);
    const auto bound = 1 / std::sqrt(static_cast<double>(columns));
    // Drawn on the CPU, so that every device trains the same adapter.
    options.parameters[name + "/A"] = at::empty({config.lora_rank, columns}, at::kFloat)
                                          .uniform_(-bound, bound, generator)
                                          .to(weight.device());
    options.parameters[name + "/B"] =
        at::zeros({rows, config.lora_rank}, weight.options().requires_grad(false));
    base[name] = weight.detach().clone();
  }
  if (base.empty())
    throw ConfigError(fmt::format(
        "training.lora_weights: no matrix of the model begins with {} (docs/models.md names them)",
        fmt::join(config.lora_weights, " or ")));
  options.compose = [base = std::move(base),
                     scale = config.lora_scale](const NamedTensors& parameters) {
    NamedTensors out;
    for (const auto& [name, weight] : base) {
      const auto change = at::matmul(parameters.at(name + "/B"), parameters.at(name + "/A"));
      out[name] = weight + scale * change.view(weight.sizes());
    }
    return out;
  };
}

}  // namespace lacuna
