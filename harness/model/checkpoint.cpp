#include "model/checkpoint.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "model/safetensors.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

constexpr const char* kConfig = "config.json";
constexpr const char* kMerges = "merges.txt";
constexpr const char* kWeights = "model.safetensors";

ClipConfig load_config(const std::filesystem::path& path) {
  const auto json = read_json(path);
  try {
    return clip_config_from(json);
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
}

NamedTensors load_weights(const std::filesystem::path& path, const ClipConfig& config) {
  auto tensors = load_safetensors(path).tensors;
  try {
    for (auto& [name, tensor] : tensors) {
      if (!tensor.is_floating_point())
        throw ConfigError(fmt::format("{}: {} is no type for weights (F32, F16, BF16 or F64)", name,
                                      c10::toString(tensor.scalar_type())));
      tensor = tensor.to(at::kFloat);
    }
    Clip(config, tensors);  // its constructor checks names and shapes
  } catch (const ConfigError& error) {
    throw ConfigError(fmt::format("{}: {}", path.string(), error.what()));
  }
  return tensors;
}

}  // namespace

Checkpoint load_checkpoint(const std::filesystem::path& folder) {
  return load_checkpoint(folder, folder / kWeights);
}

Checkpoint load_checkpoint(const std::filesystem::path& folder,
                           const std::filesystem::path& weights) {
  if (!std::filesystem::is_directory(folder))
    throw ConfigError(fmt::format("{}: is not a folder (a model is a folder with {}, {} and {})",
                                  folder.string(), kConfig, kMerges, kWeights));
  auto config = load_config(folder / kConfig);
  auto tokenizer = Tokenizer::load(folder / kMerges);
  if (tokenizer.vocabulary_size() != config.text.vocabulary_size)
    throw ConfigError(
        fmt::format("{}: makes a vocabulary of {}, but {} says text.vocabulary_size {}",
                    (folder / kMerges).string(), tokenizer.vocabulary_size(), kConfig,
                    config.text.vocabulary_size));
  auto tensors = load_weights(weights, config);
  return {std::move(config), std::move(tokenizer), std::move(tensors)};
}

void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint) {
  write_json(folder / kConfig, to_json(checkpoint.config));
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
