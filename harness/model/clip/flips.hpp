// What a lower precision of the evaluation changes.
#pragma once

#include <cstdint>
#include <string>

#include "lacuna/dataset.hpp"
#include "model/clip/clip.hpp"
#include "model/clip/predicted.hpp"
#include "model/text/tokenizer.hpp"

namespace lacuna {

// Of `n` pictures, those whose prediction is another one in float32.
struct Flips {
  std::int64_t n = 0, fine = 0, coarse = 0;
};

// Computes the predictions of at most `most` pictures of `split`, evenly spread over it, anew in
// float32, names included, and compares them with `predicted`, which are of the whole split.
Flips flips_against_float32(const Clip& clip, const Tokenizer& tokenizer, const Dataset& dataset,
                            const std::string& split, const Predicted& predicted,
                            std::int64_t most = 1024);

}  // namespace lacuna
