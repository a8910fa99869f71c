#include "train/presets.hpp"

#include <fmt/ranges.h>

#include "lacuna/error.hpp"
#include "lacuna/taxonomy.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// "base": what goes before. "methods": what a method gets besides; where "closed", no other has
// any.
const json& known_presets() {
  static const auto& known = *new json(json::parse(R"({
    "paper": {},
    "reference": {
      "kl": {"reduction": "numel"},
      "training": {"teacher_prompts": "ensemble", "checkpoint": "released"},
      "methods": {
        "me": {"params": {"epsilon": 1e-7}},
        "nhl": {"params": {"mask": "zero"}},
        "npo": {"params": {"reduction": "batch"}},
        "relabel": {"params": {"exclude_true": false}},
        "salun": {"params": {"exclude_true": false, "mask_decay": false}}
      }
    },
    "imgnet_dogs": {
      "closed": true,
      "training": {"epochs": 8, "batch_size": 32, "eps": 1e-6, "weight_decay": 1e-5, "checkpoint": "train"},
      "methods": {
        "ga": {"training": {"learning_rate": 8e-8}},
        "gdiff": {"training": {"learning_rate": 8e-8}, "params": {"forget": 1, "keep": 1}},
        "relabel": {"training": {"learning_rate": 1e-7}},
        "salun": {"training": {"learning_rate": 2e-7}, "params": {"fraction": 0.1}},
        "me": {"training": {"learning_rate": 1e-7}, "params": {"keep": 1}},
        "task_vector": {"training": {"learning_rate": 1e-7}, "params": {"coarse_weight": 0.05, "scale": 1.5}},
        "npo": {"training": {"learning_rate": 1e-7}, "params": {"beta": 0.5}},
        "nhl": {"training": {"learning_rate": 1e-7}, "params": {"margin": 2}}
      }
    },
    "imgnet_dogs+kl": {
      "base": "imgnet_dogs",
      "closed": true,
      "kl": {"reduction": "numel"},
      "methods": {
        "ga": {"kl": {"coarse": 20, "fine": 20}},
        "npo": {"kl": {"coarse": 5, "fine": 20}},
        "nhl": {"kl": {"coarse": 10, "fine": 20}}
      }
    },
    "compcars_s": {
      "closed": true,
      "training": {"epochs": 6, "batch_size": 16, "eps": 1e-6, "weight_decay": 1e-5, "checkpoint": "train"},
      "methods": {
        "ga": {"training": {"learning_rate": 8e-8}},
        "gdiff": {"training": {"learning_rate": 8e-8}, "params": {"forget": 1, "keep": 1}},
        "relabel": {"training": {"learning_rate": 2e-7}},
        "salun": {"training": {"learning_rate": 2e-7}, "params": {"fraction": 0.1}},
        "me": {"training": {"learning_rate": 2e-7}, "params": {"keep": 1}},
        "task_vector": {"training": {"learning_rate": 1e-7}, "params": {"coarse_weight": 0.05, "scale": 1.5}},
        "npo": {"training": {"learning_rate": 1e-7}, "params": {"beta": 0.4}},
        "nhl": {"training": {"learning_rate": 1e-7}, "params": {"margin": 2}}
      }
    },
    "compcars_s+kl": {
      "base": "compcars_s",
      "closed": true,
      "kl": {"reduction": "numel"},
      "methods": {
        "ga": {"kl": {"coarse": 40, "fine": 20}},
        "npo": {"kl": {"coarse": 20, "fine": 5}},
        "nhl": {"kl": {"coarse": 20, "fine": 20}}
      }
    }
  })"));
  return known;
}

std::vector<std::string> keys_of(const json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

void apply(const std::string& name, const std::string& method, json& settings) {
  const auto& known = known_presets();
  const auto found = known.find(name);
  if (found == known.end())
    throw ConfigError(fmt::format("preset: '{}' is unknown{} (known: {})", name,
                                  did_you_mean(name, keys_of(known)),
                                  fmt::join(keys_of(known), ", ")));
  if (found->contains("base")) apply(found->at("base"), method, settings);
  const auto methods = found->value("methods", json::object());
  if (found->value("closed", false) && !methods.contains(method))
    throw ConfigError(fmt::format("preset: '{}' has no values for '{}' (it has some for {})", name,
                                  method, fmt::join(keys_of(methods), ", ")));
  for (const auto& part : {*found, methods.value(method, json::object())})
    for (const auto* key : {"params", "kl", "training"})
      settings[key].update(part.value(key, json::object()));
}

}  // namespace

json preset(const std::vector<std::string>& names, const std::string& method) {
  json settings{{"params", json::object()}, {"kl", json::object()}, {"training", json::object()}};
  for (const auto& name : names) apply(name, method, settings);
  return settings;
}

}  // namespace lacuna
