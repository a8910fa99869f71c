// What a PyTorch pickle says about its tensors. Nothing in it is executed: a small machine follows
// the opcodes that PyTorch writes and knows the handful of names that weights need; any other name
// is refused.
#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace lacuna {

// A tensor as the pickle describes it: a view of the storage `key`. Not checked against the
// storage's bytes.
struct PickledTensor {
  std::string key;
  at::ScalarType type = at::kFloat;
  std::int64_t storage_size = 0;  // elements
  std::int64_t offset = 0;        // elements
  std::vector<std::int64_t> sizes, strides;
};

// The tensors of data.pkl by the names a state dict gives them ("visual.conv1.weight"): of a
// dictionary of tensors, of one under the key "state_dict", or of the objects of a TorchScript
// archive. What else the objects hold (numbers, texts, None) is left out. Throws
// ConfigError("reason") for every other pickle; it can neither crash nor exhaust the memory.
std::map<std::string, PickledTensor> pickled_tensors(std::string_view pickle);

}  // namespace lacuna
