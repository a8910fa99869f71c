// The door `weights`: what was unlearned elsewhere, from any file that holds a model.
#include <catch2/generators/catch_generators.hpp>

#include "fixtures.hpp"
#include "model/weights/known_models.hpp"
#include "model/weights/openai_writer.hpp"
#include "train/not_finite.hpp"

namespace lacuna::testing {
namespace {

namespace fs = std::filesystem;

TEST_CASE("weights: a file of weights or a model's folder, whatever samples and seed") {
  const Place place;
  fs::create_directories(place.suite());
  const auto unlearned = tiny_model(2);
  save_safetensors(place.suite() / "u.safetensors", unlearned.weights);
  save_checkpoint(place.suite() / "u", unlearned);
  for (const auto* name : {"u.safetensors", "u"}) {
    CAPTURE(name);
    const auto out = place.through("weights", {{"file", name}});
    CHECK(equal(out, unlearned.weights));
    CHECK(equal(place.through("weights", {{"file", name}}, {tiny_set(2), granted_set()}), out));
  }
}

TEST_CASE("weights: an archive in OpenAI's form, its constants and batch normalisations") {
  Place place;
  fs::create_directories(place.suite());
  const bool resnet = GENERATE(false, true);
  auto config = *known_model("tiny");
  config.text.vocabulary_size = 514;
  if (resnet) config = tiny_resnet(514);
  const auto drawn = [&](std::uint64_t seed) {
    return rounded_as_openai(Clip::initial_weights(config, make_generator(seed, "weights")));
  };
  place.model = {config, Tokenizer({}), drawn(1)};
  save_openai_archive(place.suite() / "u.pt", config, drawn(2));
  CHECK(equal(place.through("weights", {{"file", "u.pt"}}), drawn(2)));
}

TEST_CASE("weights: what is not the model's is a row's reason, without this machine's paths") {
  const Place place;
  fs::create_directories(place.suite());
  const auto said = [&](const NamedTensors& weights) {
    save_safetensors(place.suite() / "u.safetensors", weights);
    return message_of([&] { place.through("weights", {{"file", "u.safetensors"}}); });
  };
  auto weights = place.model.weights;
  const auto proj = weights.at("visual.proj");
  weights["visual.proj"] = proj.t().contiguous();
  CHECK(said(weights) ==
        "weights: u.safetensors: 'visual.proj' has shape [12, 16] (model's: [16, 12])");
  weights["visual.proj"] = at::full_like(proj, INFINITY);
  CHECK(said(weights) == "weights: u.safetensors: 'visual.proj' is not finite");
  weights.erase("visual.proj");
  CHECK(said(weights) == "weights: u.safetensors: 'visual.proj' is missing");

  // Planned, then gone.
  const auto resolved = place.resolve("weights", {{"file", "u.safetensors"}});
  fs::remove(place.suite() / "u.safetensors");
  CHECK(message_of([&] {
          through_door({.id = "weights",
                        .resolved = resolved,
                        .original = place.model,
                        .sets = {tiny_set()},
                        .request = {},
                        .work = place.work()});
        }) == "weights: u.safetensors: cannot be read: No such file or directory");
}

}  // namespace
}  // namespace lacuna::testing
