// The presets: what the released code does differently, and the published hyper-parameters.
#include <fstream>

#include "../folders.hpp"
#include "fixtures.hpp"
#include "support/files.hpp"
#include "support/share_folder.hpp"
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
        "'referense': no such preset (did you mean 'reference') (known: compcars_s, "
        "compcars_s+kl, imgnet_dogs, imgnet_dogs+kl, paper, reference; or the path of a preset "
        "file)");
  CHECK(message_of<ConfigError>([] { preset({"imgnet_dogs"}, "slug"); }) ==
        "'imgnet_dogs' has no values for 'slug' (it has some for ga, gdiff, me, nhl, npo, "
        "relabel, salun, task_vector)");
  CHECK(message_of<ConfigError>([] { preset({"compcars_s+kl"}, "relabel"); }) ==
        "'compcars_s+kl' has no values for 'relabel' (it has some for ga, nhl, npo)");
}

TEST_CASE("every shipped preset sets for every method what it has always set") {
  // Written from the tables that were once part of the program; null: refused. The last method is
  // one that no preset lists.
  const auto golden = read_json(LACUNA_SOURCE_DIR "/tests/train/golden/presets.json");
  const auto shipped = names_in(LACUNA_SOURCE_DIR "/suites/presets");
  CHECK(shipped == Names{"compcars_s", "compcars_s+kl", "imgnet_dogs", "imgnet_dogs+kl", "paper",
                         "reference"});
  CHECK(shipped.size() == golden.size());
  for (const auto& [name, by_method] : golden.items()) {
    CHECK(by_method.size() == methods.size() + 1);
    for (const auto& [id, expected] : by_method.items()) {
      CAPTURE(name, id);
      if (expected.is_null()) {
        CHECK_THROWS_AS(preset({name}, id), ConfigError);
      } else {
        CHECK(preset({name}, id) == expected);
      }
    }
  }
}

TEST_CASE("anybody may write a preset: it is found by its path") {
  const TemporaryFolder folder;
  const auto write = [&](const std::string& name, const json& content) {
    const auto path = folder / (name + ".json");
    std::ofstream(path) << content;
    return path.string();
  };
  const auto made = [](const std::string& name, const json& more) {
    json out{{"schema_version", 1}, {"name", name}, {"summary", "ours"}, {"source", "here"}};
    out.update(more);
    return out;
  };
  const json rate{{"training", {{"learning_rate", 0.5}}}};
  const auto mine = write("mine", made("mine", {{"base", "imgnet_dogs"},
                                                {"all", rate},
                                                {"methods", {{"npo", {{"kl", {{"fine", 2}}}}}}}}));
  const auto values = preset({mine}, "npo");
  CHECK(values.at("training").at("learning_rate") == 0.5);
  CHECK(values.at("training").at("epochs") == 8);
  CHECK(values.at("params") == json{{"beta", 0.5}});
  CHECK(values.at("kl") == json{{"fine", 2}});
  CHECK(preset({mine}, "ga").at("kl").empty());
  CHECK(preset({write("second", made("second", {{"base", "mine.json"}}))}, "npo") == values);
  CHECK(preset_from("reference", folder.path()) == "reference");
  CHECK(preset_from("mine.json", folder.path()) == mine);
  CHECK(preset_from("./sub/../mine.json", folder.path()) == mine);

  const auto refused = [&](const json& more) {
    const auto path = write("bad", made("bad", more));
    const auto message = message_of<ConfigError>([&] { preset({path}, "npo"); });
    REQUIRE(message.starts_with(path + ": "));
    return message.substr(path.size() + 2);
  };
  CHECK(refused({{"schema_version", 2}}) == "schema_version: 2 is not known (1 is)");
  CHECK(refused({{"name", "good"}}) == "name: 'good' is not the file's name ('bad')");
  CHECK(refused({{"summary", 1}}) == "summary: 1 is not a string");
  CHECK(refused({{"method", rate}}) == "'method': unknown key (did you mean 'methods')");
  CHECK(refused({{"all", {{"traning", 1}}}}) ==
        "all: 'traning': unknown key (did you mean 'training')");
  CHECK(refused({{"methods", {{"ga", {{"training", {{"epocs", 1}}}}}}}}) ==
        "methods.ga.training: 'epocs': unknown key (did you mean 'epochs')");
  CHECK(refused({{"all", {{"kl", {{"fine", -1}}}}}}) ==
        "all.kl.fine: -1 is too small (at least 0)");
  CHECK(refused({{"all", {{"params", 1}}}}) == "all.params: is no object");
  CHECK(refused({{"other_methods", "no"}}) ==
        "other_methods: \"no\" is not one of 'allowed', 'refused'");
  CHECK(refused({{"base", "bad.json"}})
            .ends_with("base: is built on itself in the end (leave one of them out)"));
  CHECK(refused({{"base", "imgnet_dgos"}})
            .starts_with("base: 'imgnet_dgos': no such preset (did you mean 'imgnet_dogs')"));
  CHECK(message_of<ConfigError>([&] { preset({(folder / "none.json").string()}, "ga"); }) ==
        (folder / "none.json").string() + ": cannot be read: No such file or directory");
}

}  // namespace
}  // namespace lacuna::testing
