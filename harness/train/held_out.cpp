#include "train/held_out.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <vector>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "train/step_record.hpp"

namespace lacuna {

SplitRows split_rows(std::int64_t size, double fraction, std::uint64_t seed) {
  const auto held_out =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(size) * fraction));
  if (held_out >= size)
    throw ConfigError("training.checkpoint: validation needs at least two samples");
  const auto order = at::randperm(size, make_generator(seed, "validation"), at::kLong);
  return {std::get<0>(order.slice(0, held_out).sort()), order.slice(0, 0, held_out)};
}

double held_out_accuracy(const Subject& subject, const BatchRows& rows) {
  at::NoGradGuard no_grad;
  const auto& labels = subject.forget().forget;
  std::vector<at::Tensor> right;
  std::vector<EpochCounts::Asked> counts(labels.size());
  constexpr std::int64_t chunk = 256;
  for (std::int64_t begin = 0; begin < rows.size(); begin += chunk) {
    const auto batch = subject.batch(rows.slice(begin, begin + chunk), {}, 0, /*all_prompts=*/true);
    const auto record = record_of(*batch, labels, {});
    std::vector<at::Tensor> of_chunk;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      counts[i].rows += record.forget[i].rows;
      of_chunk.push_back(record.forget[i].right.defined()
                             ? record.forget[i].right
                             : at::zeros({}, rows.on_device.options()));
    }
    right.push_back(at::stack(of_chunk));
  }
  const auto sums = at::stack(right).sum(0).cpu();
  for (std::size_t i = 0; i < labels.size(); ++i)
    counts[i].right = sums[static_cast<std::int64_t>(i)].item<std::int64_t>();
  return forget_accuracy(counts);
}

}  // namespace lacuna
