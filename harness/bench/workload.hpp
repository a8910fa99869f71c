// The work that the benchmarks share: embedded pictures, their names, and a small CLIP with drawn
// weights. Timing does not depend on what a model has learnt.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "lacuna/dataset.hpp"
#include "model/clip/clip.hpp"
#include "model/text/tokenizer.hpp"

namespace lacuna::bench {

struct Workload {
  Clip clip;
  Tokenizer tokenizer;  // bytes only
  std::unique_ptr<Dataset> dataset;
  std::vector<std::int64_t> indices;  // pictures of "train" in use
  at::Tensor pixels;                  // uint8 [N, 3, S, S] of `indices`

  const std::vector<std::string>& names() const { return dataset->taxonomy().fine; }
};

// Made at the first call, from the plugin "shapes" beside the program. Throws ConfigError where it
// is missing.
const Workload& workload();

}  // namespace lacuna::bench
