// predict/<key>.safetensors: what one model made of one evaluation, enough to compute any metric
// again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"
#include "model/clip/predicted.hpp"

namespace lacuna {

// Of the file; part of a predict job's key.
inline constexpr const char* kOutcomeFormat = "lacuna outcome 1";

// Every column under its name, and "<question>/target"; labels in the smallest integer type that
// holds them. The taxonomy and the questions stand in the metadata. The same outcome gives the same
// bytes. Atomic.
void save_outcome(const std::filesystem::path& path, const Predicted& predicted);

// Labels come back as int64. Throws ConfigError("<path>: reason") for a file that save_outcome did
// not write.
Predicted load_outcome(const std::filesystem::path& path);

// Both models' outcomes as a metric gets them. `forget`: the data set's fine labels that were to be
// forgotten, `forget_coarse` its coarse ones. Throws ConfigError("<id>: reason") where the two are
// not of the same samples.
Evaluation evaluation_of(const std::string& id, Role role, const Predicted& before,
                         const Predicted& after, const std::vector<std::int64_t>& forget,
                         const std::vector<std::int64_t>& forget_coarse = {});

}  // namespace lacuna
