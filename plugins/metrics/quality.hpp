// Quality, Utility and Q-U from counts: the one place where this arithmetic is written (Tan & Gong,
// 2026, section 5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"

namespace lacuna {

// The accuracies of one model that the scores are made of. n = 0: not counted (a flat dataset, an
// empty group).
struct GroupCounts {
  Count forget_fine, forget_coarse, retain_fine, retain_coarse;
  // Coarse labels that were to be forgotten as well (goals coarse and hybrid). forget_coarse and
  // retain_coarse hold the rows whose coarse label was to be kept.
  Count forgotten_coarse = {};
};

LACUNA_EXPORT GroupCounts group_counts(const Predictions& predictions);

// A number, or the reason why there is none.
struct Score {
  std::optional<double> value;
  std::string reason;
};

// correct / n. Undefined for n = 0, with "<what>: …" as the reason.
LACUNA_EXPORT Score accuracy(const Count& count, const std::string& what);

// after / before, in accuracies. Undefined if either is, or if the original model gets nothing
// right.
LACUNA_EXPORT Score ratio(const Count& before, const Count& after, const std::string& what);

// Q = 1 - a/a0 of the forget group's fine accuracy; where coarse labels were to be forgotten as
// well, 1 - the mean of that ratio and theirs. Negative where the accuracy rose.
LACUNA_EXPORT Score forgetting_quality(const GroupCounts& before, const GroupCounts& after);

// U = mean of a/a0 over forget coarse, retain coarse and retain fine; each at most 1 if `clipped`,
// as in the paper's tables. Forget coarse is left out where all of it was to be forgotten.
LACUNA_EXPORT Score utility(const GroupCounts& before, const GroupCounts& after,
                            bool clipped = true);

// 2QU / (Q + U); 0 where Q <= 0 or Q + U = 0, so that a model that forgot nothing scores nothing.
LACUNA_EXPORT Score q_u(const Score& quality, const Score& utility);
LACUNA_EXPORT Score q_u(const GroupCounts& before, const GroupCounts& after);

// A metric's Value made of a score.
LACUNA_EXPORT Value to_value(const std::string& name, const Score& score);

// The evaluations of one role. `prefix` goes before the names of their values: empty for the only
// one of its role, "<id>/" where there are several.
struct Scope {
  const Evaluation* evaluation;
  std::string prefix;
};
LACUNA_EXPORT std::vector<Scope> scopes(const std::vector<Evaluation>& evaluations, Role role);

}  // namespace lacuna
