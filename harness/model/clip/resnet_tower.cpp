#include "model/clip/resnet_tower.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr std::int64_t kExpansion = 4;

std::string block_name(int stage, std::int64_t block) {
  return fmt::format("visual.layer{}.{}", stage + 1, block);
}

// The first block of a stage changes the width, and from the second stage on halves the picture.
std::int64_t stride_of(int stage, std::int64_t block) { return block == 0 && stage > 0 ? 2 : 1; }

at::Tensor convolve(const NamedTensors& weights, const std::string& name, const at::Tensor& x,
                    std::int64_t stride = 1) {
  const auto& kernel = weight(weights, name + ".weight");
  const auto padding = kernel.size(2) / 2;
  return at::conv2d(x, kernel, weight(weights, name + ".bias"), {stride, stride},
                    {padding, padding});
}

at::Tensor pool(const at::Tensor& x, std::int64_t size) {
  return size == 1 ? x : at::avg_pool2d(x, {size, size});
}

at::Tensor bottleneck(const NamedTensors& weights, const std::string& name, const at::Tensor& x,
                      std::int64_t stride, bool shortcut) {
  auto y = at::relu(convolve(weights, name + ".conv1", x));
  y = at::relu(convolve(weights, name + ".conv2", y));
  y = convolve(weights, name + ".conv3", pool(y, stride));
  return at::relu(y + (shortcut ? convolve(weights, name + ".downsample.0", pool(x, stride)) : x));
}

// One query, the mean of all places, attends to the places and itself.
at::Tensor attention_pool(const NamedTensors& weights, std::int64_t heads, const at::Tensor& x) {
  const std::string name = "visual.attnpool.";
  const auto places = x.flatten(2).transpose(1, 2);  // [N, places, C]
  const auto tokens = at::cat({places.mean(1, /*keepdim=*/true), places}, 1) +
                      weight(weights, name + "positional_embedding");
  const auto linear = [&](const char* which, const at::Tensor& in) {
    return at::linear(in, weight(weights, name + which + ".weight"),
                      weight(weights, name + which + ".bias"));
  };
  const auto split = [&](const at::Tensor& in) {
    return in.view({in.size(0), in.size(1), heads, in.size(2) / heads}).transpose(1, 2);
  };
  const auto query = tokens.narrow(1, 0, 1);
  const auto mixed = at::scaled_dot_product_attention(split(linear("q_proj", query)),
                                                      split(linear("k_proj", tokens)),
                                                      split(linear("v_proj", tokens)));
  return linear("c_proj", mixed.transpose(1, 2).flatten(1));
}

}  // namespace

at::Tensor resnet_maps(const NamedTensors& weights, const VisionConfig& vision,
                       const at::Tensor& pixels, int stages) {
  auto x = pixels.contiguous(at::MemoryFormat::ChannelsLast);
  x = at::relu(convolve(weights, "visual.conv1", x, 2));
  x = at::relu(convolve(weights, "visual.conv2", x));
  x = at::relu(convolve(weights, "visual.conv3", x));
  x = pool(x, 2);
  for (int stage = 0; stage < stages; ++stage)
    for (std::int64_t block = 0; block < vision.blocks[static_cast<std::size_t>(stage)]; ++block)
      x = bottleneck(weights, block_name(stage, block), x, stride_of(stage, block), block == 0);
  return x;
}

at::Tensor resnet_tower(const NamedTensors& weights, const VisionConfig& vision,
                        const at::Tensor& pixels) {
  return attention_pool(weights, vision.heads, resnet_maps(weights, vision, pixels, kResnetStages));
}

std::vector<ResnetUnit> resnet_units(const VisionConfig& vision) {
  const auto half = vision.width / 2;
  std::vector<ResnetUnit> units{{"visual.conv1", "visual.bn1", 3, half, 3},
                                {"visual.conv2", "visual.bn2", half, half, 3},
                                {"visual.conv3", "visual.bn3", half, vision.width, 3}};
  auto in = vision.width;
  for (int stage = 0; stage < 4; ++stage) {
    const auto inner = vision.width << stage, out = inner * kExpansion;
    for (std::int64_t block = 0; block < vision.blocks[static_cast<std::size_t>(stage)]; ++block) {
      const auto name = block_name(stage, block);
      units.push_back({name + ".conv1", name + ".bn1", in, inner, 1});
      units.push_back({name + ".conv2", name + ".bn2", inner, inner, 3});
      units.push_back({name + ".conv3", name + ".bn3", inner, out, 1});
      if (block == 0) units.push_back({name + ".downsample.0", name + ".downsample.1", in, out, 1});
      in = out;
    }
  }
  return units;
}

void add_resnet_shapes(Shapes& shapes, const VisionConfig& vision, std::int64_t embedding) {
  for (const auto& unit : resnet_units(vision)) {
    shapes[unit.convolution + ".weight"] = {unit.out, unit.in, unit.kernel, unit.kernel};
    shapes[unit.convolution + ".bias"] = {unit.out};
  }
  const auto width = vision.width * 8 * kExpansion, side = vision.image_size / 32;
  const std::string pool = "visual.attnpool.";
  shapes[pool + "positional_embedding"] = {side * side + 1, width};
  for (const char* which : {"q_proj", "k_proj", "v_proj", "c_proj"}) {
    const auto out = which[0] == 'c' ? embedding : width;
    shapes[pool + which + ".weight"] = {out, width};
    shapes[pool + which + ".bias"] = {out};
  }
}

void initialise_resnet(NamedTensors& weights, const VisionConfig& vision, at::Generator generator) {
  std::int64_t blocks = 0;
  for (const auto count : vision.blocks) blocks += count;
  for (const auto& unit : resnet_units(vision)) {
    const auto fan_in = static_cast<double>(unit.in * unit.kernel * unit.kernel);
    // Without normalisation the blocks' sum would grow with their number.
    const bool adds = unit.convolution.ends_with(".conv3") && unit.kernel == 1;
    weights.at(unit.convolution + ".weight")
        .normal_(0, std::sqrt(2 / fan_in / static_cast<double>(adds ? blocks : 1)), generator);
  }
  const auto deviation = std::pow(static_cast<double>(vision.width * 8 * kExpansion), -0.5);
  for (const char* name :
       {"positional_embedding", "q_proj.weight", "k_proj.weight", "v_proj.weight", "c_proj.weight"})
    weights.at(std::string("visual.attnpool.") + name).normal_(0, deviation, generator);
}

void fold_batch_norms(NamedTensors& weights, const VisionConfig& vision) {
  for (const auto& unit : resnet_units(vision)) {
    const auto find = [&](const std::string& name) -> at::Tensor& {
      const auto it = weights.find(name);
      if (it == weights.end()) throw ConfigError(name + ": missing from the weights");
      return it->second;
    };
    const auto norm = [&](const char* part) {
      const auto name = unit.norm + "." + part;
      const auto values = find(name);
      if (values.dim() != 1 || values.size(0) != unit.out)
        throw ConfigError(fmt::format("{}: is not a list of {} channels", name, unit.out));
      weights.erase(name);
      return values.to(at::kDouble);
    };
    auto& kernel = find(unit.convolution + ".weight");
    if (kernel.dim() != 4 || kernel.size(0) != unit.out)
      throw ConfigError(fmt::format("{}.weight: is not a convolution to {} channels",
                                    unit.convolution, unit.out));
    const auto gain = norm("weight"), offset = norm("bias");
    const auto mean = norm("running_mean"), variance = norm("running_var");
    const auto scale = gain / (variance + kEpsilon).sqrt();
    const auto bias = offset - mean * scale;
    kernel = (kernel.to(at::kDouble) * scale.view({-1, 1, 1, 1})).to(at::kFloat);
    if (!weights.emplace(unit.convolution + ".bias", bias.to(at::kFloat)).second)
      throw ConfigError(unit.convolution + ".bias: not a weight beside a batch normalisation");
  }
}

void unfold_batch_norms(NamedTensors& weights, const VisionConfig& vision) {
  for (const auto& unit : resnet_units(vision)) {
    const auto bias = weights.extract(unit.convolution + ".bias").mapped();
    weights[unit.norm + ".weight"] = at::ones({unit.out});
    weights[unit.norm + ".bias"] = bias;
    weights[unit.norm + ".running_mean"] = at::zeros({unit.out});
    // The nearest float to it leaves a scale within 2e-8 of one: no float moves.
    weights[unit.norm + ".running_var"] = at::full({unit.out}, 1 - kEpsilon);
  }
}

}  // namespace lacuna
