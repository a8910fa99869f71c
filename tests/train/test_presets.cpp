// The presets: what the released code does differently, and the published hyper-parameters.
#include "fixtures.hpp"
#include "train/presets.hpp"
#include "train/training_config.hpp"

namespace lacuna::testing {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

const Names methods{"ga", "npo", "nhl", "gdiff", "relabel", "me", "task_vector", "salun"};

TEST_CASE("reference sets what the released code does differently") {
  CHECK(preset({"reference"}, "npo") ==
        json{{"params", {{"reduction", "batch"}}},
             {"kl", {{"reduction", "numel"}}},
             {"training", {{"checkpoint", "released"}, {"teacher_prompts", "ensemble"}}}});
  const auto params = [](const char* id) { return preset({"reference"}, id).at("params"); };
  CHECK(params("nhl") == json{{"mask", "zero"}});
  CHECK(params("relabel") == json{{"exclude_true", false}});
  CHECK(params("me") == json{{"epsilon", 1e-7}});
  CHECK(params("salun") == json{{"exclude_true", false}, {"mask_decay", false}});
  for (const char* id : {"ga", "gdiff", "task_vector"}) CHECK(params(id).empty());
}

TEST_CASE("what a preset sets is valid for the method, the KL terms and the loop") {
  for (const auto* name : {"paper", "reference", "imgnet_dogs", "compcars_s"}) {
    for (const auto& id : methods) {
      CAPTURE(name, id);
      const auto overrides = preset({name}, id);
      CHECK_NOTHROW(method(id).resolve(overrides.at("params")));
      CHECK_NOTHROW(parse<KlConfig>(overrides.at("kl")));
      CHECK_NOTHROW(parse<TrainingConfig>(overrides.at("training")));
    }
  }
}

// A row of the paper's table of hyper-parameters.
struct Row {
  const char* id;
  bool kl;
  double dogs_rate, cars_rate, dogs_coarse, dogs_fine, cars_coarse, cars_fine;
};

TEST_CASE("the nine rows of the paper resolve to the published values, on both data sets") {
  const std::vector<Row> rows{
      {"ga", false, 8e-8, 8e-8, 0, 0, 0, 0},          {"gdiff", false, 8e-8, 8e-8, 0, 0, 0, 0},
      {"ga", true, 8e-8, 8e-8, 20, 20, 40, 20},       {"relabel", false, 1e-7, 2e-7, 0, 0, 0, 0},
      {"salun", false, 2e-7, 2e-7, 0, 0, 0, 0},       {"me", false, 1e-7, 2e-7, 0, 0, 0, 0},
      {"task_vector", false, 1e-7, 1e-7, 0, 0, 0, 0}, {"npo", true, 1e-7, 1e-7, 5, 20, 20, 5},
      {"nhl", true, 1e-7, 1e-7, 10, 20, 20, 20}};
  for (const auto& row : rows) {
    for (const bool dogs : {true, false}) {
      for (const bool as_released : {true, false}) {
        CAPTURE(row.id, row.kl, dogs, as_released);
        Names names{std::string(dogs ? "imgnet_dogs" : "compcars_s") + (row.kl ? "+kl" : "")};
        if (as_released) names.push_back("reference");
        const auto overrides = preset(names, row.id);
        const auto training = parse<TrainingConfig>(overrides.at("training"));
        CHECK(training.learning_rate == (dogs ? row.dogs_rate : row.cars_rate));
        CHECK(training.epochs == (dogs ? 8 : 6));
        CHECK(training.batch_size == (dogs ? 32 : 16));
        CHECK(training.eps == 1e-6);
        CHECK(training.weight_decay == 1e-5);
        CHECK(training.beta1 == 0.9);
        CHECK(training.beta2 == 0.999);
        CHECK(training.checkpoint == (as_released ? "released" : "train"));
        CHECK(training.student_prompts == "single");
        CHECK(training.teacher_prompts == (as_released ? "ensemble" : "single"));
        const auto kl = parse<KlConfig>(overrides.at("kl"));
        CHECK(kl.coarse == (dogs ? row.dogs_coarse : row.cars_coarse));
        CHECK(kl.fine == (dogs ? row.dogs_fine : row.cars_fine));
        // The published weights hold for the mean over elements, in both modes.
        if (row.kl) CHECK(kl.reduction == "numel");
      }
    }
  }
}

json resolved_params(const Names& names, const char* id) {
  return method(id).resolve(preset(names, id).at("params"));
}

TEST_CASE("the published parameters of each method, in the paper's and the released form") {
  const Names dogs{"imgnet_dogs"}, cars{"compcars_s"}, released{"imgnet_dogs", "reference"};
  CHECK(resolved_params(dogs, "ga") == json::object());
  CHECK(resolved_params(dogs, "gdiff") == json{{"forget", 1.0}, {"keep", 1.0}});
  CHECK(resolved_params(dogs, "npo") == json{{"beta", 0.5}, {"reduction", "sample"}});
  CHECK(resolved_params(cars, "npo") == json{{"beta", 0.4}, {"reduction", "sample"}});
  CHECK(resolved_params(released, "npo") == json{{"beta", 0.5}, {"reduction", "batch"}});
  CHECK(resolved_params(cars, "nhl") == json{{"margin", 2.0}, {"mask", "exclude"}});
  CHECK(resolved_params(released, "nhl") == json{{"margin", 2.0}, {"mask", "zero"}});
  CHECK(resolved_params(cars, "me") == json{{"keep", 1.0}, {"epsilon", 0.0}});
  CHECK(resolved_params(released, "me") == json{{"keep", 1.0}, {"epsilon", 1e-7}});
  CHECK(resolved_params(dogs, "task_vector") == json{{"coarse_weight", 0.05}, {"scale", 1.5}});
  CHECK(resolved_params(dogs, "salun") ==
        json{{"fraction", 0.1}, {"exclude_true", true}, {"mask_decay", true}});
  CHECK(resolved_params(released, "salun") ==
        json{{"fraction", 0.1}, {"exclude_true", false}, {"mask_decay", false}});
  CHECK(resolved_params(released, "relabel") == json{{"exclude_true", false}});
}

TEST_CASE("paper sets nothing; no preset sets nothing; later presets win") {
  CHECK(preset({"paper"}, "npo").dump() == R"({"kl":{},"params":{},"training":{}})");
  CHECK(preset({}, "npo") == preset({"paper"}, "npo"));
  CHECK(preset({"reference"}, "somebody_elses").at("params").empty());
  CHECK(preset({"imgnet_dogs", "compcars_s"}, "npo") == preset({"compcars_s"}, "npo"));
}

TEST_CASE("an unknown preset, or one without values for the method, is refused in one line") {
  CHECK(message_of<ConfigError>([] { preset({"referense"}, "npo"); }) ==
        "preset: 'referense' is unknown (did you mean 'reference') (known: compcars_s, "
        "compcars_s+kl, imgnet_dogs, imgnet_dogs+kl, paper, reference)");
  CHECK(message_of<ConfigError>([] { preset({"imgnet_dogs"}, "slug"); }) ==
        "preset: 'imgnet_dogs' has no values for 'slug' (it has some for ga, gdiff, me, nhl, npo, "
        "relabel, salun, task_vector)");
  CHECK(message_of<ConfigError>([] { preset({"compcars_s+kl"}, "relabel"); }) ==
        "preset: 'compcars_s+kl' has no values for 'relabel' (it has some for ga, nhl, npo)");
}

}  // namespace
}  // namespace lacuna::testing
