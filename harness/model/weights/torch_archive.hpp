// A PyTorch file (.pt, .pth, .bin) as a set of named tensors: a TorchScript archive such as
// OpenAI's, or a saved state dict.
#pragma once

#include <filesystem>

#include "lacuna/model.hpp"  // NamedTensors

namespace lacuna {

// Views of the mapped file, in its own types. Checked before a tensor is made: the zip archive
// (zip_archive.hpp), the pickle (pickle.hpp), every storage's size and checksum, that each tensor
// lies within its storage and that no two elements share bytes. Throws ConfigError("<path>:
// reason"); for a Git-LFS pointer, an HTML page or a file of PyTorch before 1.6 the reason says so.
NamedTensors map_torch_archive(const std::filesystem::path& path);

}  // namespace lacuna
