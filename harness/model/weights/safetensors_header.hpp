// The header of a safetensors file: which tensors lie where, checked before any of them is touched.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lacuna {

struct SafetensorsEntry {
  std::string name;
  at::ScalarType type = at::kFloat;
  std::vector<std::int64_t> shape = {};
  std::uint64_t begin = 0, end = 0;  // bytes from the start of the data
};

struct SafetensorsLayout {
  // In file order; they cover the data without overlap or gap.
  std::vector<SafetensorsEntry> entries;
  std::map<std::string, std::string> metadata;
  std::uint64_t data = 0;  // where the data starts in the file
};

inline constexpr std::string_view kSafetensorsMetadata = "__metadata__";

// The layout of a whole file's bytes. Throws ConfigError("reason").
SafetensorsLayout safetensors_layout(std::string_view file);

// The format's name of a dtype. Throws Error naming `tensor` if the format has none.
std::string_view safetensors_dtype(const std::string& tensor, at::ScalarType type);

}  // namespace lacuna
