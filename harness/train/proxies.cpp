#include "train/proxies.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "model/pictures/pictures.hpp"

namespace lacuna {
namespace {

Labels labels_at(const Taxonomy& taxonomy, Level level, at::Tensor target) {
  const auto& names = taxonomy.names(level);
  return {.question = to_string(level),
          .target = std::move(target),
          .choices = static_cast<std::int64_t>(names.size()),
          .names = names};
}

// The labels of the samples that `rows` (bool [N]) names.
Labels only(Labels labels, const at::Tensor& rows) {
  if (rows.all().item<bool>()) return labels;
  labels.sample = rows.nonzero().flatten();
  labels.target = labels.target.index_select(0, labels.sample);
  return labels;
}

}  // namespace

std::vector<std::int64_t> draw_proxies(const Dataset& dataset, const std::string& split,
                                       const std::vector<std::int64_t>& fine_labels,
                                       std::int64_t samples_per_concept, std::uint64_t seed,
                                       std::string_view purpose) {
  if (samples_per_concept < 1)
    throw ConfigError(fmt::format("samples_per_concept: {} is below 1", samples_per_concept));
  const auto labels = dataset.labels(split);
  auto generator = make_generator(seed, purpose);
  std::vector<std::int64_t> out;
  for (const auto label : fine_labels) {
    const auto members = labels.eq(label).nonzero().flatten();
    if (members.numel() == 0)
      throw ConfigError(
          fmt::format("{}: no picture in split '{}'", dataset.taxonomy().fine.at(label), split));
    const auto order = at::randperm(members.numel(), generator, at::kLong);
    const auto drawn = members.index_select(0, order.slice(0, 0, samples_per_concept)).contiguous();
    out.insert(out.end(), drawn.const_data_ptr<std::int64_t>(),
               drawn.const_data_ptr<std::int64_t>() + drawn.numel());
  }
  return out;
}

std::map<std::string, std::int64_t> fewer_samples(const Samples& forget, std::int64_t asked) {
  std::map<std::string, std::int64_t> out;
  if (forget.forget.empty()) return out;
  const auto& first = forget.forget.front();
  const auto counts = at::bincount(first.target, {}, first.choices);
  for (std::int64_t label = 0; label < counts.numel(); ++label) {
    const auto count = counts[label].item<std::int64_t>();
    if (count > 0 && count < asked) out[first.names[label]] = count;
  }
  return out;
}

Samples picture_samples(const Dataset& dataset, const std::string& split,
                        const std::vector<std::int64_t>& indices, std::int64_t image_size) {
  return {.size = static_cast<std::int64_t>(indices.size()),
          .images = load_pictures(dataset, split, indices, image_size),
          .taxonomy = dataset.taxonomy(),
          .templates = dataset.templates()};
}

Samples text_samples(const Dataset& dataset, const std::vector<std::int64_t>& fine_labels,
                     at::Tensor& fine) {
  Samples samples{.taxonomy = dataset.taxonomy(), .templates = dataset.templates()};
  std::vector<std::int64_t> labels;
  for (const auto label : fine_labels) {
    for (const auto& prompt : samples.templates) {
      samples.texts.push_back(fill_template(prompt, samples.taxonomy.fine.at(label)));
      labels.push_back(label);
    }
  }
  samples.size = static_cast<std::int64_t>(labels.size());
  fine = at::tensor(labels, at::kLong);
  return samples;
}

void ask_to_forget(Samples& samples, const at::Tensor& fine,
                   const std::vector<std::int64_t>& coarse_labels) {
  const auto& taxonomy = samples.taxonomy;
  samples.forget = {labels_at(taxonomy, Level::fine, fine)};
  samples.keep.clear();
  if (!taxonomy.hierarchical()) return;
  const auto parent = at::tensor(taxonomy.parent, at::kLong);
  const auto own = parent.index_select(0, fine);
  const auto coarse = labels_at(taxonomy, Level::coarse, own);
  if (coarse_labels.empty()) {
    samples.keep = {coarse};
    return;
  }
  const auto gone = at::isin(own, at::tensor(coarse_labels, at::kLong));
  // A fine name under the coarse one would still tell it.
  const auto itself = at::one_hot(fine, samples.forget.front().choices).to(at::kBool);
  const auto kin = parent.unsqueeze(0).eq(own.unsqueeze(1)).logical_and(gone.unsqueeze(1));
  samples.forget.front().forgotten = itself.logical_or(kin);
  if (gone.any().item<bool>()) samples.forget.push_back(only(coarse, gone));
  if (!gone.all().item<bool>()) samples.keep.push_back(only(coarse, gone.logical_not()));
}

void ask_to_keep(Samples& samples, const at::Tensor& fine) {
  const auto& taxonomy = samples.taxonomy;
  samples.forget.clear();
  samples.keep = {labels_at(taxonomy, Level::fine, fine)};
  if (taxonomy.hierarchical())
    samples.keep.push_back(labels_at(taxonomy, Level::coarse,
                                     at::tensor(taxonomy.parent, at::kLong).index_select(0, fine)));
}

}  // namespace lacuna
