// The safetensors format: an 8-byte little-endian header length, a JSON header, raw tensor bytes.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "lacuna/model.hpp"  // NamedTensors

namespace lacuna {

struct Safetensors {
  NamedTensors tensors;  // CPU; copies, the file may be closed or replaced afterwards
  std::map<std::string, std::string> metadata;  // "__metadata__"
};

// Memory-mapped and bounds-checked: header length, dtype, shape, offsets inside the file, byte
// counts that match, no overlap and no gap are all checked before a tensor is made. Throws
// ConfigError("<path>: reason"); for a Git-LFS pointer or an HTML page saved under this name the
// reason says so.
//
// dtypes: F32 F16 BF16 F64 I64 I32 I16 I8 U8 BOOL.
Safetensors load_safetensors(const std::filesystem::path& path);

// The same without a copy: the tensors read the mapped file, which they keep alive. They must not
// be written to, and the file must not be shortened meanwhile.
Safetensors map_safetensors(const std::filesystem::path& path);

// Tensors in name order, contiguous, any device (copied to the CPU); the same input gives the same
// bytes. Atomic.
void save_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                      const std::map<std::string, std::string>& metadata = {});

// SHA-256 over names, dtypes, shapes and bytes in name order: equal weights, equal hash, whatever
// the file.
std::string weights_hash(const NamedTensors& tensors);

}  // namespace lacuna
