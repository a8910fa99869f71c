// All pictures that a recipe trains on.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "train/augment.hpp"
#include "train/recipe.hpp"

namespace lacuna {

// In one tensor, so that a batch can mix all sources (batch normalisation needs that).
struct Corpus {
  at::Tensor pixels;                // uint8 [N, 3, S, S]
  at::Tensor source;                // int64 [N]: which of the recipe's data
  at::Tensor fine, coarse;          // int64 [N]; coarse is -1 for flat sources
  Augmentation allowed;             // [N] each
  std::vector<std::int64_t> first;  // of each source, and N: its pictures are neighbours

  // The rows of an epoch, shuffled: of each source as many as its share asks for.
  at::Tensor draw(const Recipe& recipe, const std::string& purpose) const;
};

// `datasets`: one for each of recipe.data. Throws ConfigError where a split or a class to be
// excluded is not there.
Corpus load_corpus(const Recipe& recipe, const std::vector<std::unique_ptr<Dataset>>& datasets);

}  // namespace lacuna
