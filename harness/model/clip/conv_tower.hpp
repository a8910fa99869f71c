// A convolutional image tower for small pictures: it trains faster and better at 32 x 32 than a
// vision transformer. After the nine-layer residual network of the CIFAR speed runs (D. Page, How
// to Train Your ResNet, 2018).
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>
#include <string>
#include <vector>

#include "lacuna/model.hpp"  // NamedTensors
#include "model/clip/clip.hpp"
#include "model/clip/transformer.hpp"  // Shapes

namespace lacuna {

// One 3 x 3 convolution of the tower with its normalisation: (unit name, x [N, C, H, W], stride)
// -> [N, C', H / stride, W / stride].
using ConvUnit =
    std::function<at::Tensor(const std::string& name, const at::Tensor& x, std::int64_t stride)>;

// The tower's wiring: a stem, then three stages that halve the picture (a convolution of stride 2)
// and add a residual pair, then the maximum over all places: x [N, 3, S, S] -> [N, widths[3]]. S is
// a multiple of 8.
at::Tensor conv_tower(const at::Tensor& x, const ConvUnit& unit);

// What the first `stages` of the three stages make of it: [N, widths[stages], S', S'].
inline constexpr std::int64_t kConvStages = 3;
at::Tensor conv_maps(const at::Tensor& x, const ConvUnit& unit, std::int64_t stages);

// The shipped form: normalisation folded, so a unit is a convolution with bias, and training and
// evaluation agree.
at::Tensor conv_tower(const NamedTensors& weights, const at::Tensor& x);
// Its units; refers to `weights`.
ConvUnit folded_units(const NamedTensors& weights);

// Names of the units in order of use, with input and output channels.
struct ConvUnitShape {
  std::string name;  // "visual.stem", "visual.stages.0.down", "visual.stages.0.block.0", …
  std::int64_t in, out;
};
std::vector<ConvUnitShape> conv_units(const std::vector<std::int64_t>& widths);

void add_conv_tower_shapes(Shapes& shapes, const VisionConfig& vision);
void initialise_conv_tower(NamedTensors& weights, const VisionConfig& vision,
                           at::Generator generator);

}  // namespace lacuna
