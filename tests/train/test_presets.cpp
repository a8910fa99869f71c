// The preset "reference" sets everything in which the released code differs.
#include "fixtures.hpp"
#include "train/presets.hpp"
#include "train/training_config.hpp"

namespace lacuna::testing {
namespace {

TEST_CASE("reference sets what the released code does differently") {
  CHECK(preset("reference", "npo") ==
        nlohmann::json{{"params", {{"reduction", "batch"}}},
                       {"kl", {{"reduction", "numel"}}},
                       {"training", {{"teacher_prompts", "ensemble"}}}});
  CHECK(preset("reference", "nhl").at("params") == nlohmann::json{{"mask", "zero"}});
  CHECK(preset("reference", "relabel").at("params") == nlohmann::json{{"exclude_true", false}});
  CHECK(preset("reference", "me").at("params") == nlohmann::json{{"epsilon", 1e-7}});
}

TEST_CASE("what a preset sets is valid for the method, the KL terms and the loop") {
  for (const char* name : {"paper", "reference"}) {
    for (const char* id : {"ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector"}) {
      CAPTURE(name, id);
      const auto overrides = preset(name, id);
      CHECK_NOTHROW(method(id).resolve(overrides.at("params")));
      CHECK_NOTHROW(parse<KlConfig>(overrides.at("kl")));
      CHECK_NOTHROW(parse<TrainingConfig>(overrides.at("training")));
    }
  }
}

TEST_CASE("paper sets nothing; a method that a preset does not know gets nothing") {
  CHECK(preset("paper", "npo").dump() == R"({"kl":{},"params":{},"training":{}})");
  CHECK(preset("reference", "somebody_elses").at("params").empty());
}

TEST_CASE("an unknown preset is refused with the known ones") {
  CHECK(message_of<ConfigError>([] { preset("referense", "npo"); }) ==
        "preset: 'referense' is unknown (did you mean 'reference') (known: paper, reference)");
}

}  // namespace
}  // namespace lacuna::testing
