#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <catch2/catch_test_macros.hpp>

#include "fixtures.hpp"
#include "model/weights/checkpoint.hpp"
#include "model/weights/safetensors.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

using Merges = std::vector<std::pair<std::string, std::string>>;

Checkpoint tiny() {
  ClipConfig config;
  config.embedding = 8;
  config.vision = {.type = "vit",
                   .image_size = 16,
                   .patch_size = 8,
                   .width = 8,
                   .layers = 1,
                   .heads = 2,
                   .widths = {}};
  config.text = {.context_length = 12, .vocabulary_size = 516, .width = 8, .layers = 1, .heads = 2};
  return {config, Tokenizer(Merges{{"d", "o"}, {"do", "g</w>"}}),
          Clip::initial_weights(config, at::detail::createCPUGenerator(5))};
}

// Saves tiny() in `folder`, lets `damage` change a file, and gives the message without the folder
// in front.
template <class F>
std::string refusal(F&& damage) {
  const TemporaryFolder folder;
  save_checkpoint(folder.path(), tiny());
  damage(folder);
  const auto message = config_error([&] { load_checkpoint(folder.path()); });
  const auto subject = folder.path().string() + "/";
  REQUIRE(message.starts_with(subject));
  return message.substr(subject.size());
}

}  // namespace

TEST_CASE("checkpoint: a folder holds the whole model") {
  const TemporaryFolder folder;
  const auto written = tiny();
  save_checkpoint(folder / "new/model", written);
  const auto read = load_checkpoint(folder / "new/model");
  CHECK(to_json(read.config) == to_json(written.config));
  CHECK(read.tokenizer.merges() == written.tokenizer.merges());
  REQUIRE(read.weights.size() == written.weights.size());
  for (const auto& [name, tensor] : written.weights) {
    INFO(name);
    CHECK(at::equal(read.weights.at(name), tensor));
  }
  CHECK(checkpoint_hash(read) == checkpoint_hash(written));
}

TEST_CASE("checkpoint: the hash covers configuration, merges and weights") {
  const auto hash = checkpoint_hash(tiny());
  auto other = tiny();
  other.config.vision.mean[0] += 1e-3;
  CHECK(checkpoint_hash(other) != hash);
  other = tiny();
  other.tokenizer = Tokenizer(Merges{{"d", "o"}, {"do", "t</w>"}});
  CHECK(checkpoint_hash(other) != hash);
  other = tiny();
  other.weights.at("logit_scale") += 1e-3;
  CHECK(checkpoint_hash(other) != hash);
  CHECK(checkpoint_hash(tiny()) == hash);
}

TEST_CASE("checkpoint: weights of another file take the original's place") {
  const TemporaryFolder folder;
  auto checkpoint = tiny();
  save_checkpoint(folder.path(), checkpoint);
  checkpoint.weights["visual.proj"] = checkpoint.weights["visual.proj"] * 2;
  save_safetensors(folder / "unlearned.safetensors", checkpoint.weights);
  const auto read = load_checkpoint(folder.path(), {.weights = folder / "unlearned.safetensors"});
  CHECK(at::equal(read.weights.at("visual.proj"), checkpoint.weights.at("visual.proj")));
  CHECK(checkpoint_hash(read) == checkpoint_hash(checkpoint));
}

TEST_CASE("checkpoint: half precision is widened to float32") {
  const TemporaryFolder folder;
  const auto checkpoint = tiny();
  save_checkpoint(folder.path(), checkpoint);
  for (const auto type : {at::kHalf, at::kBFloat16}) {
    auto narrow = checkpoint.weights;
    for (auto& [name, tensor] : narrow) tensor = tensor.to(type);
    save_safetensors(folder / "model.safetensors", narrow);
    for (const auto& [name, tensor] : load_checkpoint(folder.path()).weights) {
      INFO(name);
      CHECK(tensor.scalar_type() == at::kFloat);
      CHECK(at::equal(tensor, narrow.at(name).to(at::kFloat)));
    }
  }
}

TEST_CASE("checkpoint: what is wrong is named with its file") {
  const TemporaryFolder folder;
  CHECK(config_error([&] { load_checkpoint(folder / "none"); }) ==
        (folder / "none").string() +
            ": no such model (a folder with config.json, merges.txt and model.safetensors, one of "
            "Hugging Face's or open_clip's, or a .pt file of OpenAI's)");

  for (const char* name : {"config.json", "merges.txt", "model.safetensors"}) {
    INFO(name);
    CHECK(refusal([&](const auto& at) {
            std::filesystem::remove(at / name);
          }).starts_with(std::string(name) + ": "));
  }
  CHECK(refusal([](const auto& at) {
          write_bytes(at / "config.json", "{");
        }).starts_with("config.json: line 1"));
  const auto key =
      refusal([](const auto& at) { write_bytes(at / "config.json", R"({"embedding": "wide"})"); });
  CHECK(key.starts_with("config.json: "));
  CHECK(key.find("embedding") != std::string::npos);
  CHECK(refusal([](const auto& at) {
          Tokenizer(Merges{{"d", "o"}}).save(at / "merges.txt");
        }) ==
        "merges.txt: makes a vocabulary of 515, but config.json says text.vocabulary_size 516");
}

TEST_CASE("checkpoint: weights that do not fit the configuration are named") {
  const auto with = [](auto&& change) {
    return refusal([&](const TemporaryFolder& folder) {
      auto weights = tiny().weights;
      change(weights);
      save_safetensors(folder / "model.safetensors", weights);
    });
  };
  const auto missing = with([](NamedTensors& weights) { weights.erase("visual.proj"); });
  CHECK(missing.starts_with("model.safetensors: visual.proj: missing"));
  CHECK(with([](NamedTensors& weights) {
          weights["zoo"] = at::ones({1});
        }).starts_with("model.safetensors: zoo: "));
  const auto misshapen = with([](NamedTensors& weights) {
    weights["visual.proj"] = at::ones({8, 7});
  });
  CHECK(misshapen.starts_with("model.safetensors: visual.proj: has shape [8, 7]"));
  CHECK(with([](NamedTensors& weights) {
          weights["visual.proj"] = at::ones({8, 8}, at::kLong);
        }) ==
        "model.safetensors: visual.proj: Long is no type for weights (F32, F16, BF16 or F64)");
}
