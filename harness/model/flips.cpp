#include "model/flips.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <vector>

#include "model/zero_shot.hpp"

namespace lacuna {

Flips flips_against_float32(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                            const std::string& split, const Predictions& predicted,
                            std::int64_t most) {
  const at::NoGradGuard no_grad;
  const auto size = predicted.fine_target.size(0);
  const auto n = std::min(size, most);
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < n; ++i) rows.push_back(i * size / n);
  const auto pixels = load_pictures(dataset, split, rows, clip.config().vision.image_size);
  const auto features = encode_pictures(clip, pixels);
  const auto differing = [&](Level level, const at::Tensor& labels) {
    const auto predicted_now =
        classify(clip, tokenizer, dataset.templates(), predicted.taxonomy.names(level), features);
    return predicted_now.ne(labels.index_select(0, at::tensor(rows, at::kLong)))
        .sum()
        .item<std::int64_t>();
  };
  Flips flips{.n = n, .fine = differing(Level::fine, predicted.fine_predicted)};
  if (predicted.taxonomy.hierarchical())
    flips.coarse = differing(Level::coarse, predicted.coarse_predicted);
  return flips;
}

}  // namespace lacuna
