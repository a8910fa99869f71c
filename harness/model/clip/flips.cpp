#include "model/clip/flips.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <vector>

#include "model/clip/zero_shot.hpp"

namespace lacuna {

Flips flips_against_float32(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                            const std::string& split, const Predicted& predicted,
                            std::int64_t most) {
  const at::NoGradGuard no_grad;
  const auto size = predicted.asked.front().target.size(0);
  const auto n = std::min(size, most);
  std::vector<std::int64_t> indices;
  for (std::int64_t i = 0; i < n; ++i) indices.push_back(i * size / n);
  const auto rows = at::tensor(indices, at::kLong);
  const auto pixels = load_pictures(dataset, split, indices, clip.config().vision.image_size);
  const auto features = encode_pictures(clip, pixels);
  const auto differing = [&](Level level) {
    const auto now = class_scores(clip, tokenizer, dataset.templates(),
                                  predicted.taxonomy.names(level), features)
                         .argmax(1)
                         .cpu();
    const auto& then = predicted.outcome.at(std::string(to_string(level)) + "/predicted");
    return now.ne(then.index_select(0, rows)).sum().item<std::int64_t>();
  };
  Flips flips{.n = n, .fine = differing(Level::fine)};
  if (predicted.taxonomy.hierarchical()) flips.coarse = differing(Level::coarse);
  return flips;
}

}  // namespace lacuna
