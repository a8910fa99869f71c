// A model as its files hold it, whichever of the formats they are in. One reader a format; all give
// OpenAI's names.
#pragma once

#include <filesystem>
#include <string>

#include "lacuna/model.hpp"  // NamedTensors
#include "model/clip/clip.hpp"

namespace lacuna {

struct ModelSource {
  std::string format = {};             // "lacuna", "openai", "huggingface" or "open_clip"
  std::filesystem::path weights = {};  // the file that holds the tensors
  ClipConfig config = {};
  // Views of that file, in its own types, under OpenAI's names. A resnet tower still has its batch
  // normalisations unless the format is "lacuna".
  NamedTensors tensors = {};
  std::filesystem::path vocabulary = {};  // the merge file that came with it; empty if none did
};

// The configuration beside the weights, in Lacuna's and Hugging Face's folders.
inline constexpr const char* kConfigFile = "config.json";

// A folder of any format, or a PyTorch file with OpenAI's names. Throws ConfigError("<path>:
// reason").
ModelSource open_model(const std::filesystem::path& path);

// The readers that open_model chooses from.
ModelSource open_lacuna(const std::filesystem::path& folder);
// OpenAI's archives carry no configuration: it follows from the shapes.
ModelSource open_openai(const std::filesystem::path& file);
// model.safetensors (or pytorch_model.bin), config.json with model_type "clip",
// preprocessor_config.json if there.
ModelSource open_huggingface(const std::filesystem::path& folder);
// open_clip_model.safetensors, any one open_clip_*.safetensors or open_clip_pytorch_model.bin;
// open_clip_config.json.
ModelSource open_open_clip(const std::filesystem::path& folder);

// What OpenAI's own loader concludes from the shapes. Throws ConfigError naming the tensor that is
// missing or odd.
ClipConfig openai_config(const NamedTensors& tensors);

// The tensors of a file, which is a safetensors or a PyTorch one by its first bytes.
NamedTensors map_tensors(const std::filesystem::path& file);

// Floating-point tensors under OpenAI's names become a model's weights: float32, contiguous, owned,
// batch normalisations folded, and just those that the configuration asks for. Throws ConfigError
// naming a tensor.
NamedTensors owned_weights(const ModelSource& source);

}  // namespace lacuna
