#include "model/clip/conv_tower.hpp"

#include <ATen/ATen.h>

#include <cmath>

namespace lacuna {

at::Tensor conv_maps(const at::Tensor& pixels, const ConvUnit& unit, std::int64_t stages) {
  auto x = at::relu(unit("visual.stem", pixels.contiguous(at::MemoryFormat::ChannelsLast), 1));
  for (std::int64_t stage = 0; stage < stages; ++stage) {
    const auto name = "visual.stages." + std::to_string(stage);
    x = at::relu(unit(name + ".down", x, 2));
    const auto inner = at::relu(unit(name + ".block.0", x, 1));
    x = x + at::relu(unit(name + ".block.1", inner, 1));
  }
  return x;
}

at::Tensor conv_tower(const at::Tensor& pixels, const ConvUnit& unit) {
  return at::amax(conv_maps(pixels, unit, kConvStages), {2, 3});
}

ConvUnit folded_units(const NamedTensors& weights) {
  return [&weights](const std::string& name, const at::Tensor& in, std::int64_t stride) {
    return at::conv2d(in, weight(weights, name + ".weight"), weight(weights, name + ".bias"),
                      {stride, stride}, {1, 1});
  };
}

at::Tensor conv_tower(const NamedTensors& weights, const at::Tensor& x) {
  return conv_tower(x, folded_units(weights));
}

std::vector<ConvUnitShape> conv_units(const std::vector<std::int64_t>& widths) {
  std::vector<ConvUnitShape> units{{"visual.stem", 3, widths[0]}};
  for (int stage = 0; stage < 3; ++stage) {
    const auto name = "visual.stages." + std::to_string(stage);
    const auto in = widths[stage], out = widths[stage + 1];
    units.push_back({name + ".down", in, out});
    units.push_back({name + ".block.0", out, out});
    units.push_back({name + ".block.1", out, out});
  }
  return units;
}

void add_conv_tower_shapes(Shapes& shapes, const VisionConfig& vision) {
  for (const auto& unit : conv_units(vision.widths)) {
    shapes[unit.name + ".weight"] = {unit.out, unit.in, 3, 3};
    shapes[unit.name + ".bias"] = {unit.out};
  }
}

void initialise_conv_tower(NamedTensors& weights, const VisionConfig& vision,
                           at::Generator generator) {
  for (const auto& unit : conv_units(vision.widths))
    weights.at(unit.name + ".weight").normal_(0, std::sqrt(2.0 / (9.0 * unit.in)), generator);
}

}  // namespace lacuna
