// Weights that something else than a method of ours has made.
#pragma once

#include "doors/doors.hpp"

namespace lacuna {

// The door `weights`: see through_door().
NamedTensors through_weights(const DoorJob& job);

// The weights of a safetensors file, float32: those of `model` by name and shape, F32, F16 or BF16,
// finite. Throws Error("<subject>: reason"), NotFinite for the last.
NamedTensors left_weights(const std::filesystem::path& file, const Checkpoint& model,
                          const std::string& subject);

}  // namespace lacuna
