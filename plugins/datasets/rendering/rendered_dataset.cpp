#include "rendering/rendered_dataset.hpp"

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>

#include <opencv2/core/utility.hpp>
#include <utility>

#include "rendering/nuisances.hpp"

namespace lacuna::rendering {

RenderedDataset::RenderedDataset(std::string id, std::string style, const Samples& samples,
                                 Taxonomy taxonomy, Paint paint)
    : id_(std::move(id)),
      style_(std::move(style)),
      samples_(samples),
      taxonomy_(std::move(taxonomy)),
      paint_(std::move(paint)) {
  validate(taxonomy_, id_);
  cv::setNumThreads(0);  // the host has one thread pool already
}

std::int64_t RenderedDataset::count(const std::string& split) const {
  const auto classes = static_cast<std::int64_t>(taxonomy_.fine.size());
  if (split == "train") return classes * samples_.train_per_class;
  if (split == "test") return classes * samples_.test_per_class;
  throw ConfigError(id_ + ": '" + split + "': no such split (known: train, test)");
}

at::Tensor RenderedDataset::labels(const std::string& split) const {
  return at::arange(count(split), at::kLong)
      .remainder(static_cast<std::int64_t>(taxonomy_.fine.size()));
}

std::vector<at::Tensor> RenderedDataset::images(const std::string& split,
                                                std::span<const std::int64_t> indices) const {
  const auto total = count(split), classes = static_cast<std::int64_t>(taxonomy_.fine.size());
  const auto seed = static_cast<std::uint64_t>(samples_.seed);
  std::vector<at::Tensor> pictures;
  pictures.reserve(indices.size());
  for (const auto index : indices) {
    if (index < 0 || index >= total) {
      throw Error(id_ + ": picture " + std::to_string(index) + " of " + split +
                  ": out of range (there are " + std::to_string(total) + ")");
    }
    const auto label = index % classes;
    const std::string purpose = id_ + '/' + style_ + '/' + split + '/' +
                                taxonomy_.fine[static_cast<std::size_t>(label)] + '/' +
                                std::to_string(index / classes);
    SplitMix random(derive_seed(seed, purpose));
    auto picture = at::empty({samples_.image_size, samples_.image_size, 3}, at::kByte);
    paint_(label, static_cast<int>(samples_.image_size), random,
           picture.mutable_data_ptr<std::uint8_t>());
    pictures.push_back(std::move(picture));
  }
  return pictures;
}

std::string RenderedDataset::manifest() const {
  std::string text = id_ + "\nrenderer " + std::to_string(kRenderer) + "\nstyle " + style_ +
                     "\nseed " + std::to_string(samples_.seed) + "\nimage_size " +
                     std::to_string(samples_.image_size) + "\ntrain_per_class " +
                     std::to_string(samples_.train_per_class) + "\ntest_per_class " +
                     std::to_string(samples_.test_per_class) + "\n";
  for (std::size_t i = 0; i < taxonomy_.fine.size(); ++i) {
    text += "class " + taxonomy_.fine[i];
    if (taxonomy_.hierarchical()) {
      text += " < " + taxonomy_.coarse[static_cast<std::size_t>(taxonomy_.parent[i])];
    }
    text += '\n';
  }
  return text;
}

}  // namespace lacuna::rendering
