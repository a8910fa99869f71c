#include "train/presets.hpp"

#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/taxonomy.hpp"

namespace lacuna {

nlohmann::json preset(const std::string& name, const std::string& method) {
  static const auto& known = *new nlohmann::json(nlohmann::json::parse(R"({
    "paper": {"methods": {}, "kl": {}, "training": {}},
    "reference": {
      "methods": {
        "me": {"epsilon": 1e-7},
        "nhl": {"mask": "zero"},
        "npo": {"reduction": "batch"},
        "relabel": {"exclude_true": false}
      },
      "kl": {"reduction": "numel"},
      "training": {"teacher_prompts": "ensemble"}
    }
  })"));
  const auto it = known.find(name);
  if (it == known.end())
    throw ConfigError(fmt::format("preset: '{}' is unknown{} (known: paper, reference)", name,
                                  did_you_mean(name, {"paper", "reference"})));
  const auto& methods = it->at("methods");
  return {{"params", methods.value(method, nlohmann::json::object())},
          {"kl", it->at("kl")},
          {"training", it->at("training")}};
}

}  // namespace lacuna
