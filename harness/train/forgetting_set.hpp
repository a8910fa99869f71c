// From a request to the forgetting set: which pictures, and the file through which they reach the
// method's process.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "lacuna/method.hpp"

namespace lacuna {

// Which samples of `split` stand for the concepts: `samples_per_concept` of each fine label (all,
// if it has fewer), drawn without replacement by the generator (seed, "proxy"); grouped by concept
// in the order of `fine_labels`.
std::vector<std::int64_t> draw_proxies(const Dataset& dataset, const std::string& split,
                                       const std::vector<std::int64_t>& fine_labels,
                                       std::int64_t samples_per_concept, std::uint64_t seed);

// How many samples stand for each fine name that has some, but fewer than `asked`.
std::map<std::string, std::int64_t> fewer_samples(const ForgettingSet& set, std::int64_t asked);

// The pictures of `indices` with their labels, names and prompts, at the model's image size.
ForgettingSet build_forgetting_set(const Dataset& dataset, const std::string& split,
                                   const std::vector<std::int64_t>& indices,
                                   std::int64_t image_size);

// No pictures: every concept's name in every template, grouped by concept in the order of
// `fine_labels`.
ForgettingSet build_text_set(const Dataset& dataset, const std::vector<std::int64_t>& fine_labels);

// Marks the samples under these coarse labels as to be forgotten at the coarse level, too. None:
// nothing.
void forget_coarse(ForgettingSet& set, const std::vector<std::int64_t>& coarse_labels);

// One safetensors file; names, prompts and texts travel in its metadata. load throws ConfigError
// for a damaged file.
void save_forgetting_set(const std::filesystem::path& path, const ForgettingSet& set);
ForgettingSet load_forgetting_set(const std::filesystem::path& path);

}  // namespace lacuna
