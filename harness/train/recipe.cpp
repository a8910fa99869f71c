#include "train/recipe.hpp"

#include <fmt/format.h>

#include "lacuna/json_view.hpp"

namespace lacuna {

namespace {

const Field kPixels{.min = 0, .max = 4096};

RecipeData data_from(const JsonView& view) {
  view.only(
      {"dataset", "params", "split", "exclude", "validation", "share", "flip", "shift", "cutout"});
  RecipeData data;
  data.dataset = view.at("dataset").text();
  if (view.has("params")) data.params = view.at("params").raw();
  view.optional("split", data.split);
  view.optional("validation", data.validation);
  if (view.has("exclude"))
    for (const auto& name : view.at("exclude").some()) data.exclude.push_back(name.text());
  view.optional("share", data.share, {.min = 0.001, .max = 1});
  view.optional("flip", data.flip);
  view.optional("shift", data.shift, kPixels);
  view.optional("cutout", data.cutout, kPixels);
  return data;
}

Recipe recipe_from(const JsonView& root) {
  root.only({"schema_version", "name", "seed", "model", "vocabulary", "parts", "data", "training",
             "finish"});
  const auto version = root.at("schema_version");
  if (version.integer() != 1)
    version.fail(fmt::format("{} is not known (1 is)", version.integer()));
  Recipe recipe;
  recipe.source = root.raw();
  recipe.name = root.at("name").text();
  std::int64_t seed = 1;
  root.optional("seed", seed, {.min = 0});
  recipe.seed = static_cast<std::uint64_t>(seed);
  recipe.model = clip_config_from(root.at("model"));
  recipe.vocabulary = root.at("vocabulary").text();
  for (const auto& view : root.at("data").some()) recipe.data.push_back(data_from(view));
  if (root.has("parts")) {
    for (const auto& [id, view] : root.at("parts").members()) {
      const auto parts = read_parts(view);
      for (auto& data : recipe.data)
        if (data.dataset == id) data.parts = parts;
    }
  }
  const auto training = root.section("training");
  recipe.training = training.parse<RecipeTraining>();
  if (root.has("finish")) {
    const auto finish = root.at("finish");
    finish.parse<RecipeTraining>();  // so that a mistake in it is named by its own place
    auto merged = training.raw();
    merged.update(finish.raw());
    recipe.finish = parse<RecipeTraining>(merged);
  }
  return recipe;
}

}  // namespace

Recipe read_recipe(const std::filesystem::path& path) {
  const auto document = read_json(path, "a recipe");
  return recipe_from(JsonView(document, path.string()));
}

}  // namespace lacuna
