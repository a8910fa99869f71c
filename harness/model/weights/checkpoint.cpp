#include "model/weights/checkpoint.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "model/text/vocabulary.hpp"
#include "model/weights/model_source.hpp"
#include "model/weights/safetensors.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

constexpr const char* kMerges = "merges.txt";
constexpr const char* kWeights = "model.safetensors";

Tokenizer load_tokenizer(const fs::path& merges, const ModelSource& source) {
  auto tokenizer = Tokenizer::load(merges);
  const auto size = source.config.text.vocabulary_size;
  if (tokenizer.vocabulary_size() != size)
    throw ConfigError(fmt::format(
        "{}: makes a vocabulary of {}, but {}", merges.string(), tokenizer.vocabulary_size(),
        source.format == "lacuna"
            ? fmt::format("{} says text.vocabulary_size {}", kConfigFile, size)
            : fmt::format("the model's has {}", size)));
  const auto symbols = merges.parent_path() / "vocab.json";
  if (!source.vocabulary.empty() && source.format != "lacuna" && fs::exists(symbols))
    check_vocabulary(symbols, tokenizer);
  return tokenizer;
}

}  // namespace

Checkpoint load_checkpoint(const fs::path& model, const CheckpointFiles& files) {
  auto source = open_model(model);
  const auto merges = !source.vocabulary.empty()  ? source.vocabulary
                      : !files.vocabulary.empty() ? files.vocabulary
                                                  : find_vocabulary(model, files.data);
  auto tokenizer = load_tokenizer(merges, source);
  if (!files.weights.empty()) {
    source.format = "lacuna";
    source.weights = files.weights;
    source.tensors = map_safetensors(files.weights).tensors;
  }
  try {
    return {source.config, std::move(tokenizer), owned_weights(source), merges};
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", source.weights.string(), error.what()));
  }
}

void save_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  write_json(folder / kConfigFile, to_json(checkpoint.config));
  checkpoint.tokenizer.save(folder / kMerges);
  save_safetensors(folder / kWeights, checkpoint.weights, {{"format", "pt"}});
}

std::string checkpoint_hash(const Checkpoint& checkpoint) {
  Sha256 hash;
  hash.update(to_json(checkpoint.config).dump()).update("\n");
  for (const auto& [left, right] : checkpoint.tokenizer.merges())
    hash.update(left + ' ' + right + '\n');
  return hash.update(weights_hash(checkpoint.weights)).hex();
}

}  // namespace lacuna
