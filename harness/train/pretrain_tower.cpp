#include "train/pretrain_tower.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "model/clip/conv_tower.hpp"

namespace lacuna {

namespace {
constexpr double norm_eps = 1e-5;
constexpr double norm_momentum = 0.1;
}  // namespace

TrainableModel TrainableModel::create(const ClipConfig& config, at::Generator generator) {
  TrainableModel model{config, Clip::initial_weights(config, generator), {}};
  if (config.vision.type == "conv")
    for (const auto& unit : conv_units(config.vision.widths)) {
      model.parameters.erase(unit.name + ".bias");
      model.parameters[unit.name + ".norm.weight"] = at::ones({unit.out});
      model.parameters[unit.name + ".norm.bias"] = at::zeros({unit.out});
      model.buffers[unit.name + ".norm.mean"] = at::zeros({unit.out});
      model.buffers[unit.name + ".norm.var"] = at::ones({unit.out});
    }
  return model;
}

at::Tensor TrainableModel::image_features(const at::Tensor& pixels) const {
  if (!normalised()) return Clip(config, parameters).image_features(pixels);
  const auto unit = [&](const std::string& name, const at::Tensor& x, std::int64_t stride) {
    const auto y = at::conv2d(x, parameters.at(name + ".weight"), {}, {stride, stride}, {1, 1});
    return at::batch_norm(y, parameters.at(name + ".norm.weight"),
                          parameters.at(name + ".norm.bias"), buffers.at(name + ".norm.mean"),
                          buffers.at(name + ".norm.var"), /*training=*/true, norm_momentum,
                          norm_eps, /*cudnn_enabled=*/true);
  };
  const auto pooled = conv_tower(normalise_pixels(config.vision, pixels), unit);
  return unit_length(at::matmul(pooled, parameters.at("visual.proj")));
}

NamedTensors TrainableModel::folded() const {
  at::NoGradGuard no_grad;
  NamedTensors weights;
  for (const auto& [name, shape] : Clip::shapes(config))
    if (const auto it = parameters.find(name); it != parameters.end())
      weights[name] = it->second.detach().clone();
  if (normalised())
    for (const auto& unit : conv_units(config.vision.widths)) {
      const auto scale = parameters.at(unit.name + ".norm.weight") /
                         (buffers.at(unit.name + ".norm.var") + norm_eps).sqrt();
      weights[unit.name + ".weight"] =
          (weights.at(unit.name + ".weight") * scale.view({-1, 1, 1, 1})).detach();
      weights[unit.name + ".bias"] =
          (parameters.at(unit.name + ".norm.bias") - buffers.at(unit.name + ".norm.mean") * scale)
              .detach();
    }
  return weights;
}

}  // namespace lacuna
