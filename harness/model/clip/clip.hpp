// CLIP: two towers into one space (A. Radford et al., Learning Transferable Visual Models From
// Natural Language Supervision, ICML 2021), as functions of named weights. Parameter names and
// layouts are OpenAI's.
#pragma once

#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/json_view.hpp"
#include "lacuna/model.hpp"  // NamedTensors

namespace lacuna {

// The image tower's shape. `vit`: pre-LN vision transformer with class embedding. `resnet`:
// OpenAI's modified residual network (resnet_tower.hpp). `conv`: a small residual convolutional
// tower for small pictures (conv_tower.hpp). Both convolutional towers have their normalisation
// folded into the convolutions.
struct VisionConfig {
  std::string type = "vit";  // "vit" | "resnet" | "conv"
  std::int64_t image_size = 224;
  std::array<double, 3> mean{.48145466, .4578275, .40821073}, std{.26862954, .26130258, .27577711};
  std::int64_t patch_size = 14, width = 1024, layers = 24, heads = 16;  // vit; resnet: width, heads
  std::vector<std::int64_t> widths;                                     // conv: four channel counts
  std::vector<std::int64_t> blocks = {};  // resnet: blocks in each of four stages
  std::int64_t mlp = 0;                   // vit: hidden width; 0 is four times `width`
  std::string activation = "quick_gelu";  // vit: "quick_gelu" | "gelu"
};

struct TextConfig {
  std::int64_t context_length = 77, vocabulary_size = 49408, width = 768, layers = 12, heads = 12;
  std::int64_t mlp = 0;                   // as above
  std::string activation = "quick_gelu";  // as above
};

struct ClipConfig {
  std::int64_t embedding = 768;
  VisionConfig vision;
  TextConfig text;
};

// config.json of a model folder; what has its usual value (mlp, activation) is left out. Reading
// throws ConfigError that names file and place.
nlohmann::json to_json(const ClipConfig& config);
ClipConfig clip_config_from(const JsonView& view);
// The same configuration as a file of ours would say it, if one can: for what was made of another
// project's file.
ClipConfig checked(const ClipConfig& config, const std::string& file);

// uint8 [N, 3, S, S] -> float32, scaled to [0, 1] and normalised with the tower's mean and std.
at::Tensor normalise_pixels(const VisionConfig& vision, const at::Tensor& pixels);

// Each row divided by its Euclidean length, float32.
at::Tensor unit_length(const at::Tensor& x);

// The text tower over weights that may hold more than a Clip's: see Clip::text_features.
at::Tensor text_features(const TextConfig& text, const NamedTensors& weights,
                         const at::Tensor& tokens);

// A model: configuration and weights. Weights are shared with whoever gave them; calls record
// gradients exactly when the weights require them and grad mode is on. [one thread per weights]
class Clip {
 public:
  // Throws ConfigError naming a missing, an extra or a misshapen tensor.
  Clip(ClipConfig config, NamedTensors weights);

  // Weights drawn as OpenAI initialises them; convolutions as He et al., 2015.
  static NamedTensors initial_weights(const ClipConfig& config, at::Generator generator);
  // Names and shapes that a model of this configuration must have.
  static std::map<std::string, std::vector<std::int64_t>> shapes(const ClipConfig& config);

  const ClipConfig& config() const { return config_; }
  const NamedTensors& weights() const { return weights_; }
  NamedTensors& weights() { return weights_; }

  // uint8 [N, 3, S, S] RGB -> L2-normalised features float32 [N, embedding]. Scales, normalises,
  // encodes.
  at::Tensor image_features(const at::Tensor& pixels) const;
  // Tokens int64 [M, L] (L <= context_length) -> L2-normalised features float32 [M, embedding],
  // taken at the first end-of-text token, which is the highest id.
  at::Tensor text_features(const at::Tensor& tokens) const;
  // Layers of the towers whose output the next two give: blocks of a transformer, stages of a
  // convolutional tower.
  std::int64_t image_layers() const;
  std::int64_t text_layers() const { return config_.text.layers; }
  // [N, P, W] of layer 0, …: class token and patches, or the places of a feature map row by row.
  at::Tensor image_hidden(const at::Tensor& pixels, std::int64_t layer) const;
  // [M, L, W] over the positions of the tokens.
  at::Tensor text_hidden(const at::Tensor& tokens, std::int64_t layer) const;
  // exp(logit_scale), a scalar tensor with gradient.
  at::Tensor logit_scale() const;

 private:
  ClipConfig config_;
  NamedTensors weights_;
};

}  // namespace lacuna
