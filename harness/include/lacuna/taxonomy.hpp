// Concepts: fine classes under coarse ones.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/abi.hpp"

namespace lacuna {

// Which of the two class-name lists a label, a logit or a loss belongs to.
enum class Level { fine, coarse };

LACUNA_EXPORT const char* to_string(Level level);

// Class names in label order. A flat dataset has no coarse names: `coarse` and `parent` are empty.
struct Taxonomy {
  std::vector<std::string> fine;     // unique, verbatim as they enter the prompts
  std::vector<std::string> coarse;   // unique; empty if flat
  std::vector<std::int64_t> parent;  // parent[f]: the coarse label of fine label f; empty if flat

  bool hierarchical() const { return !coarse.empty(); }
  const std::vector<std::string>& names(Level level) const {
    return level == Level::fine ? fine : coarse;
  }
};

// Fine labels for a list of concept names. A coarse name stands for all its fine classes;
// duplicates are dropped, the order of the list is kept. Names compare exactly; a fine name wins
// over an equal coarse one. Throws ConfigError for an unknown name, with the nearest names ("did
// you mean").
LACUNA_EXPORT std::vector<std::int64_t> fine_labels(const Taxonomy& taxonomy,
                                                    const std::vector<std::string>& concepts);

// Throws ConfigError naming `subject`: empty or duplicate names, a parent out of range or of the
// wrong count.
LACUNA_EXPORT void validate(const Taxonomy& taxonomy, const std::string& subject);

// The candidates nearest to `word` (edit distance, case folded), best first, at most three; empty
// if none is near.
LACUNA_EXPORT std::vector<std::string> nearest(const std::string& word,
                                               const std::vector<std::string>& candidates);

// " (did you mean 'a' or 'b')" or "" when nothing is near.
LACUNA_EXPORT std::string did_you_mean(const std::string& word,
                                       const std::vector<std::string>& candidates);

}  // namespace lacuna
