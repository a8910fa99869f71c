#include "train/recipe.hpp"

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {

namespace {

constexpr auto pixels = Field{.min = 0, .max = 4096};

const nlohmann::json& required(const nlohmann::json& json, const char* key) {
  if (!json.contains(key)) throw ConfigError(std::string(key) + ": missing");
  return json.at(key);
}

RecipeData data_from(const nlohmann::json& json) {
  check_keys(json, {"dataset", "params", "split", "flip", "shift", "cutout"});
  RecipeData data;
  read_field("dataset", required(json, "dataset"), {}, data.dataset);
  if (json.contains("params")) data.params = json["params"];
  if (json.contains("split")) read_field("split", json["split"], {}, data.split);
  if (json.contains("flip")) read_field("flip", json["flip"], {}, data.flip);
  if (json.contains("shift")) read_field("shift", json["shift"], pixels, data.shift);
  if (json.contains("cutout")) read_field("cutout", json["cutout"], pixels, data.cutout);
  return data;
}

RecipeTraining training_from(const std::string& key, const nlohmann::json& json) {
  try {
    return parse<RecipeTraining>(json);
  } catch (const ConfigError& e) {
    throw ConfigError(key + "." + e.what());
  }
}

Recipe recipe_from(const nlohmann::json& json) {
  check_keys(json, {"schema_version", "name", "seed", "model", "vocabulary", "data", "training",
                    "finish"});
  std::int64_t version = 0, seed = 1;
  read_field("schema_version", required(json, "schema_version"), Field{.min = 1, .max = 1},
             version);
  Recipe recipe;
  recipe.source = json;
  read_field("name", required(json, "name"), {}, recipe.name);
  if (json.contains("seed")) read_field("seed", json["seed"], Field{.min = 0}, seed);
  recipe.seed = static_cast<std::uint64_t>(seed);
  try {
    recipe.model = clip_config_from(required(json, "model"));
  } catch (const ConfigError& e) {
    throw ConfigError(std::string("model.") + e.what());
  }
  read_field("vocabulary", required(json, "vocabulary"), {}, recipe.vocabulary);
  const auto& sources = required(json, "data");
  if (!sources.is_array() || sources.empty())
    throw ConfigError("data: not a list of at least one source");
  for (std::size_t i = 0; i < sources.size(); ++i) {
    try {
      recipe.data.push_back(data_from(sources[i]));
    } catch (const ConfigError& e) {
      throw ConfigError("data[" + std::to_string(i) + "]." + e.what());
    }
  }
  const auto training = json.value("training", nlohmann::json::object());
  recipe.training = training_from("training", training);
  if (json.contains("finish")) {
    training_from("finish", json["finish"]);  // so that a mistake in it is named by its own key
    auto merged = training;
    merged.update(json["finish"]);
    recipe.finish = training_from("finish", merged);
  }
  return recipe;
}

}  // namespace

Recipe read_recipe(const std::filesystem::path& path) {
  const auto json = read_json(path, "a recipe");
  try {
    return recipe_from(json);
  } catch (const ConfigError& e) {
    throw ConfigError(path.string() + ": " + e.what());
  }
}

}  // namespace lacuna
