#include "run/plan/plan_models.hpp"

#include <fmt/format.h>

#include "fetch/model_names.hpp"
#include "model/text/vocabulary.hpp"
#include "model/weights/checkpoint.hpp"

namespace lacuna {
namespace {

PlannedModel read_model(const std::string& text, const Suite& suite, const DataRoots& roots) {
  const auto unavailable = [&](const ConfigError& error) {
    return PlannedModel{.spec = {.name = text}, .unavailable = error.what()};
  };
  try {
    const auto [name, place] = find_model(text, suite.path.parent_path(), roots);
    const auto checkpoint = load_checkpoint(place, {.data = roots.folders});
    // The vocabulary is found here: a process that unlearns sees no data folder.
    return {.spec = {.name = name,
                     .hash = checkpoint_hash(checkpoint),
                     .folder = place,
                     .vocabulary = std::filesystem::absolute(checkpoint.vocabulary)},
            .image_size = checkpoint.config.vision.image_size};
  } catch (const ModelMissing& error) {
    return unavailable(error);
  } catch (const VocabularyMissing& error) {
    return unavailable(error);
  }
}

}  // namespace

std::vector<PlannedModel> plan_models(const Suite& suite, const DataRoots& roots) {
  std::vector<PlannedModel> out;
  for (const auto& text : suite.models) {
    at_place(suite, "model", [&] {
      auto model = read_model(text, suite, roots);
      for (const auto& other : out) {
        if (other.spec.name == model.spec.name)
          throw ConfigError(
              fmt::format("two models are named '{}' (rename a folder)", model.spec.name));
      }
      out.push_back(std::move(model));
    });
  }
  return out;
}

}  // namespace lacuna
