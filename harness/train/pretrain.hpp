// Trains a small CLIP from scratch on pictures with fine and coarse class names.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "train/recipe.hpp"

namespace lacuna {

struct PretrainProgress {
  std::int64_t epoch = 0, epochs = 0, step = 0, steps = 0;  // steps of this epoch
  double loss = 0;                                          // mean of the epoch so far
};

// Contrast against class names: every picture's feature is told apart from the text features of all
// names of its own source, at the fine level and, where there is one, at the coarse level; one
// random template a step and source.
//
// A recipe's `finish` is a second phase, with a schedule of its own, on the tower with its
// normalisation folded in: the form in which it ships, and without the noise of small batches.
//
// Writes into `folder`: recipe.json, merges.txt, config.json, model.safetensors, log.jsonl (a line
// an epoch), and while it runs state.safetensors, from which an interrupted run goes on: the result
// is the same, byte for byte, as without the interruption (same thread count). A folder that holds
// another recipe's state is refused with ConfigError. `datasets`: one for each of recipe.data.
// Throws ConfigError, Error("pretrain: … not finite").
void pretrain(const Recipe& recipe, const std::vector<std::unique_ptr<Dataset>>& datasets,
              const std::filesystem::path& vocabulary, const std::filesystem::path& folder,
              c10::Device device, const std::function<void(const PretrainProgress&)>& progress);

}  // namespace lacuna
