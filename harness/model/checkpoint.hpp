// A model folder: config.json, model.safetensors, merges.txt, and for people README.md (the card) and recipe.json.
#pragma once

#include <filesystem>
#include <string>

#include "model/clip.hpp"
#include "model/tokenizer.hpp"

namespace lacuna {

struct Checkpoint {
  ClipConfig config;
  Tokenizer tokenizer;
  NamedTensors weights;  // float32, CPU
};

// Throws ConfigError("<folder>/<file>: reason"). Half-precision files are widened to float32.
Checkpoint load_checkpoint(const std::filesystem::path& folder);
// The same with other weights (an unlearned model keeps its original's configuration and vocabulary).
Checkpoint load_checkpoint(const std::filesystem::path& folder, const std::filesystem::path& weights);
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

// SHA-256 over config, merges and weights: the model's identity in a cell's key.
std::string checkpoint_hash(const Checkpoint& checkpoint);

}  // namespace lacuna
