// A whole model: configuration, vocabulary and weights, from any format that CLIP models come in
// (docs/models.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/clip/clip.hpp"
#include "model/text/tokenizer.hpp"

namespace lacuna {

struct Checkpoint {
  ClipConfig config;
  Tokenizer tokenizer;
  NamedTensors weights;                   // float32, CPU, owned
  std::filesystem::path vocabulary = {};  // the file that the tokenizer's merges were read from
};

// What a model's own files may leave open.
struct CheckpointFiles {
  // Read in place of the model's own (an unlearned model's); Lacuna's names.
  std::filesystem::path weights = {};
  std::filesystem::path vocabulary = {};  // a merge file, for a model that carries none
  // Else CLIP's is looked for beside the model and in <folder>/clip/.
  std::vector<std::filesystem::path> data = {};
};

// A model folder (config.json, model.safetensors, merges.txt, and for people README.md and
// recipe.json), a folder of Hugging Face's or open_clip's, or an OpenAI archive (.pt).
// Half-precision files are widened to float32; batch normalisations are folded. Throws
// ConfigError("<file>: reason").
Checkpoint load_checkpoint(const std::filesystem::path& model, const CheckpointFiles& files = {});

// Writes config.json, merges.txt and model.safetensors into the folder, each atomically.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

// SHA-256 over config, merges and weights: the model's identity in a cell's key. One model in
// several formats has one.
std::string checkpoint_hash(const Checkpoint& checkpoint);

}  // namespace lacuna
