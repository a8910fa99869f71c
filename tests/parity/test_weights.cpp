// Weights: every format and family, beside what the format's own code computes.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "data.hpp"
#include "lacuna/error.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/safetensors.hpp"

using namespace lacuna;

namespace {

namespace fs = std::filesystem;

fs::path model_in(const fs::path& folder) {
  return fs::exists(folder / "model.pt") ? folder / "model.pt" : folder;
}

double relative_error(const at::Tensor& value, const at::Tensor& reference) {
  REQUIRE(value.sizes() == reference.sizes());
  return ((value - reference).norm() / reference.norm()).item<double>();
}

void check_features(const Clip& clip, const NamedTensors& reference) {
  at::NoGradGuard no_grad;
  const auto image = clip.image_features(reference.at("pixels"));
  const auto text = clip.text_features(reference.at("tokens"));
  const auto logits = clip.logit_scale() * at::matmul(image, text.t());
  CHECK(relative_error(image, reference.at("image_features")) <= 1e-5);
  CHECK(relative_error(text, reference.at("text_features")) <= 1e-5);
  CHECK(relative_error(logits, reference.at("logits")) <= 1e-5);
}

std::string hash_of(const fs::path& model, const fs::path& vocabulary) {
  return checkpoint_hash(load_checkpoint(model, {.vocabulary = vocabulary}));
}

}  // namespace

TEST_CASE("weights: features and logits are those of the format's own code", "[parity]") {
  const auto root = test::parity_data("weights");
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(root))
    if (entry.is_directory()) folders.push_back(entry.path());
  REQUIRE(folders.size() == 17);
  std::sort(folders.begin(), folders.end());
  for (const auto& folder : folders) {
    DYNAMIC_SECTION(folder.filename().string()) {
      const auto source = open_model(model_in(folder));
      const auto reference = load_safetensors(folder / "reference.safetensors").tensors;
      check_features(Clip(source.config, owned_weights(source)), reference);
    }
  }
}

// tests/parity/reference_of.py fills the folder, from real weights for instance.
TEST_CASE("weights: a model of your own is what open_clip makes of it", "[parity]") {
  const char* given = std::getenv("LACUNA_PARITY_MODEL");
  if (given == nullptr) SKIP("LACUNA_PARITY_MODEL names no folder");
  const auto source = open_model(fs::path(given) / "model.pt");
  const auto reference = load_safetensors(fs::path(given) / "reference.safetensors").tensors;
  check_features(Clip(source.config, owned_weights(source)), reference);
}

TEST_CASE("weights: another activation would be noticed", "[parity]") {
  const auto folder = test::parity_data("weights") / "open_clip_gelu";
  const auto source = open_model(folder);
  const auto reference = load_safetensors(folder / "reference.safetensors").tensors;
  auto config = source.config;
  CHECK(config.vision.activation == "gelu");
  CHECK(config.text.activation == "gelu");
  config.vision.activation = config.text.activation = "quick_gelu";
  const Clip clip(config, owned_weights(source));
  at::NoGradGuard no_grad;
  CHECK(relative_error(clip.image_features(reference.at("pixels")),
                       reference.at("image_features")) > 1e-4);
  CHECK(relative_error(clip.text_features(reference.at("tokens")), reference.at("text_features")) >
        1e-4);
}

TEST_CASE("weights: one model in four files has one hash", "[parity]") {
  const auto root = test::parity_data("weights");
  const auto merges = root / "openai_vit_b_16/merges.txt";
  const auto hash = hash_of(root / "openai_vit_b_16/model.pt", merges);
  CHECK(hash_of(root / "state_dict_vit_b_16/model.pt", merges) == hash);
  CHECK(hash_of(root / "open_clip_vit_b_16", {}) == hash);
  CHECK(hash_of(root / "huggingface_vit_b_16", {}) == hash);
  CHECK(hash_of(root / "openai_vit_l_14/model.pt", merges) != hash);
}
