// The models that have names: OpenAI's nine, and a tiny one for trying things out.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/clip/clip.hpp"

namespace lacuna {

// "ViT-B-32", "ViT-B-16", "ViT-L-14", "ViT-L-14-336", "RN50", "RN101", "RN50x4", "RN50x16",
// "RN50x64" and "tiny", a vision transformer for 32 x 32 pixels with CLIP's full vocabulary and 0.8
// million parameters, nearly all of them the vocabulary's. OpenAI's own spelling is known too
// ("ViT-L/14@336px").
std::optional<ClipConfig> known_model(const std::string& name);
std::vector<std::string> known_model_names();
// The name of a model with this configuration, preprocessing and activation aside; empty if none
// has it.
std::string name_of(const ClipConfig& config);

}  // namespace lacuna
