// From a request to samples: which pictures stand for the concepts, and what is asked about them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lacuna/dataset.hpp"
#include "lacuna/samples.hpp"

namespace lacuna {

// Which samples of `split` stand for the concepts: `samples_per_concept` of each fine label (all,
// if it has fewer), drawn without replacement by the generator (seed, purpose): "proxy" for what is
// to be forgotten, "retain proxy" for what is granted; grouped by concept in the order of
// `fine_labels`.
std::vector<std::int64_t> draw_proxies(const Dataset& dataset, const std::string& split,
                                       const std::vector<std::int64_t>& fine_labels,
                                       std::int64_t samples_per_concept, std::uint64_t seed,
                                       std::string_view purpose = "proxy");

// How many samples stand for each fine name that has some, but fewer than `asked`.
std::map<std::string, std::int64_t> fewer_samples(const Samples& forget, std::int64_t asked);

// The pictures of `indices` with names and prompts, at the model's image size. No questions yet.
Samples picture_samples(const Dataset& dataset, const std::string& split,
                        const std::vector<std::int64_t>& indices, std::int64_t image_size);

// No pictures: every concept's name in every template, grouped by concept in the order of
// `fine_labels`. The fine label of each sample goes to `fine`, int64 [N]. No questions yet.
Samples text_samples(const Dataset& dataset, const std::vector<std::int64_t>& fine_labels,
                     at::Tensor& fine);

// Asks what the goal of a request asks of samples with the fine labels `fine` (int64 [N]): their
// fine name is to be forgotten; their coarse name, where there is one, is to be forgotten if it is
// one of `coarse_labels` and to be kept otherwise.
void ask_to_forget(Samples& samples, const at::Tensor& fine,
                   const std::vector<std::int64_t>& coarse_labels = {});

// Both names are to be kept.
void ask_to_keep(Samples& samples, const at::Tensor& fine);

}  // namespace lacuna
