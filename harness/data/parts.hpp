// Splits of a data set that are divided further, so that every picture serves one purpose: what a
// model is trained on, what it is unlearned with, what choices are made on.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "lacuna/dataset.hpp"
#include "lacuna/json_view.hpp"
#include "lacuna/plugin.hpp"

namespace lacuna {

// Shares of a split by the names of its parts: {"pretraining": 80, "proxies": 12, "validation": 8}.
// They are weights; what they add up to is the whole.
using Shares = std::map<std::string, std::uint64_t>;

// By the splits that are divided.
using Parts = std::map<std::string, Shares>;

// {"train": {"pretraining": 80, …}}; throws ConfigError naming the place: a share below 1, a split
// with fewer than two parts.
Parts read_parts(const JsonView& view);

// Throws ConfigError for a split that is not there or a part that has the name of a split.
void check_parts(const Dataset& dataset, const Parts& parts);

// The same data set, the parts of a split that is divided in its place. To which part a picture
// belongs is decided by its content alone (the first eight bytes of a SHA-256, modulo the sum of
// the shares), so no picture is in two parts however often it is in the split. Where the data set
// with its default parameters has as many pictures with the same labels, theirs decide: a
// photograph and what a style makes of it go together. `parts` must have been checked. Throws what
// the plugin throws.
std::unique_ptr<Dataset> divide(std::unique_ptr<Dataset> dataset, const Entry& entry,
                                const Parts& parts, const DataRoots& roots);

// Constructs, checks and divides.
std::unique_ptr<Dataset> make_dataset(const Entry& entry, const nlohmann::json& params,
                                      const Parts& parts, const DataRoots& roots);

}  // namespace lacuna
