// Writes weights in the form in which OpenAI publishes them: a TorchScript archive, matrices in
// half precision.
#pragma once

#include <filesystem>

#include "lacuna/model.hpp"  // NamedTensors
#include "model/clip/clip.hpp"

namespace lacuna {

// The values that OpenAI's archive would hold: matrices and convolutions rounded to half precision,
// embeddings, normalisations and vectors beside them left as they are. float32.
NamedTensors rounded_as_openai(const NamedTensors& weights);

// Objects named as OpenAI's (visual, transformer, …) with their tensors, without code to run:
// torch.jit.load reads it and gives the state dict, and so does load_checkpoint. The vocabulary is
// no part of it. Throws ConfigError if the format cannot say this configuration (other heads than
// 64 wide, GELU, other mean and std, a conv tower). Atomic.
void save_openai_archive(const std::filesystem::path& path, const ClipConfig& config,
                         const NamedTensors& weights);

}  // namespace lacuna
