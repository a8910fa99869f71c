#include "train/corpus.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <cmath>

#include "data/splits.hpp"
#include "lacuna/random.hpp"
#include "lacuna/taxonomy.hpp"
#include "model/pictures/pictures.hpp"

namespace lacuna {
namespace {

// All but the pictures of excluded classes.
at::Tensor kept_rows(const Dataset& dataset, const RecipeData& data, const at::Tensor& labels) {
  if (data.exclude.empty()) return at::arange(labels.size(0), at::kLong);
  const auto excluded = at::tensor(fine_labels(dataset.taxonomy(), data.exclude), at::kLong);
  return at::isin(labels, excluded).logical_not().nonzero().squeeze(1);
}

}  // namespace

Corpus load_corpus(const Recipe& recipe, const std::vector<std::unique_ptr<Dataset>>& datasets) {
  std::vector<std::int64_t> first{0};
  std::vector<at::Tensor> pixels, source, fine, coarse, flip, shift, cutout;
  for (std::size_t i = 0; i < datasets.size(); ++i) {
    const auto& data = recipe.data[i];
    const auto& taxonomy = datasets[i]->taxonomy();
    check_split(*datasets[i], data.split, fmt::format("data[{}].split", i));
    if (!data.validation.empty())
      check_split(*datasets[i], data.validation, fmt::format("data[{}].validation", i));
    const auto whole = datasets[i]->labels(data.split);
    const auto kept = kept_rows(*datasets[i], data, whole);
    const auto labels = whole.index_select(0, kept);
    const auto n = labels.size(0);
    first.push_back(first.back() + n);
    const auto all = [&](auto value, at::ScalarType type) { return at::full({n}, value, type); };
    pixels.push_back(load_pictures(*datasets[i], data.split, recipe.model.vision.image_size)
                         .index_select(0, kept));
    source.push_back(all(static_cast<std::int64_t>(i), at::kLong));
    fine.push_back(labels);
    coarse.push_back(taxonomy.hierarchical()
                         ? at::tensor(taxonomy.parent, at::kLong).index_select(0, labels)
                         : all(-1, at::kLong));
    flip.push_back(all(data.flip, at::kBool));
    shift.push_back(all(data.shift, at::kLong));
    cutout.push_back(all(data.cutout, at::kLong));
  }
  return {at::cat(pixels),
          at::cat(source),
          at::cat(fine),
          at::cat(coarse),
          {at::cat(flip), at::cat(shift), at::cat(cutout)},
          std::move(first)};
}

at::Tensor Corpus::draw(const Recipe& recipe, const std::string& purpose) const {
  std::vector<at::Tensor> rows;
  for (std::size_t i = 0; i < recipe.data.size(); ++i) {
    const auto share = recipe.data[i].share;
    const auto n = first[i + 1] - first[i];
    if (share == 1) {
      rows.push_back(at::arange(first[i], first[i + 1], at::kLong));
      continue;
    }
    const auto generator = make_generator(recipe.seed, fmt::format("{}/{}", purpose, i));
    rows.push_back(at::randperm(n, generator).slice(0, 0, std::llround(share * n)) + first[i]);
  }
  const auto all = at::cat(rows);
  return all.index_select(0, at::randperm(all.size(0), make_generator(recipe.seed, purpose)));
}

}  // namespace lacuna
