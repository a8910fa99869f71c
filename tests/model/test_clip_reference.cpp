#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "fixtures.hpp"
#include "model/clip/clip.hpp"
#include "model/weights/safetensors.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

// Made by golden/make_clip_golden.py with OpenAI's own model code and PyTorch.
struct Golden {
  Clip clip;
  NamedTensors tensors;
};

Golden load_golden() {
  auto file = load_safetensors(golden("clip_tiny.safetensors"));
  NamedTensors weights;
  const std::string prefix = "model.";
  for (const auto& [name, tensor] : file.tensors)
    if (name.starts_with(prefix)) weights[name.substr(prefix.size())] = tensor;
  const auto config = nlohmann::json::parse(file.metadata.at("config"));
  return {Clip(clip_config_from(JsonView(config, "golden")), weights), file.tensors};
}

double relative_error(const at::Tensor& value, const at::Tensor& reference) {
  REQUIRE(value.sizes() == reference.sizes());
  return ((value - reference).norm() / reference.norm()).item<double>();
}

}  // namespace

TEST_CASE("clip: image features, text features and logits are OpenAI's") {
  const auto [clip, tensors] = load_golden();
  const auto image = clip.image_features(tensors.at("pixels"));
  const auto text = clip.text_features(tensors.at("tokens"));
  CHECK(relative_error(image, tensors.at("image_features")) <= 1e-5);
  CHECK(relative_error(text, tensors.at("text_features")) <= 1e-5);
  CHECK(relative_error(clip.logit_scale() * at::matmul(image, text.t()), tensors.at("logits")) <=
        1e-5);
}

TEST_CASE("clip: the reference would notice a changed weight") {
  auto [clip, tensors] = load_golden();
  clip.weights().at("visual.transformer.resblocks.1.attn.in_proj_bias") += 0.01;
  clip.weights().at("transformer.resblocks.2.mlp.c_fc.bias") += 0.01;
  CHECK(relative_error(clip.image_features(tensors.at("pixels")), tensors.at("image_features")) >
        1e-4);
  CHECK(relative_error(clip.text_features(tensors.at("tokens")), tensors.at("text_features")) >
        1e-4);
}

TEST_CASE("clip: text trimmed to its longest prompt equals text padded to the context length") {
  const auto [clip, tensors] = load_golden();
  const auto padded = tensors.at("tokens");
  REQUIRE(padded.size(1) == 77);
  const auto trimmed = padded.narrow(1, 0, 31);
  REQUIRE(padded.narrow(1, 31, 46).count_nonzero().item<std::int64_t>() == 0);
  CHECK(relative_error(clip.text_features(trimmed), clip.text_features(padded)) <= 1e-6);
  CHECK(relative_error(clip.text_features(trimmed.slice(0, 0, 2).narrow(1, 0, 5)),
                       clip.text_features(padded.slice(0, 0, 2))) <= 1e-6);
}

TEST_CASE("clip: ViT-L/14 has OpenAI's number of parameters") {
  std::int64_t count = 0;
  for (const auto& [name, shape] : Clip::shapes(ClipConfig{})) {
    std::int64_t size = 1;
    for (const auto extent : shape) size *= extent;
    count += size;
  }
  CHECK(count == 427'616'513);
}
