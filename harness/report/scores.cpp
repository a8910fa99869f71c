#include "report/scores.hpp"

#include <algorithm>

namespace lacuna::report {
namespace {

// A reason is read far from its evaluation, so it says which one.
Score of(const std::string& evaluation, Score score) {
  if (!score.value) score.reason = evaluation + ": " + score.reason;
  return score;
}

struct Scores {
  Score quality, utility, q_u;
};

Scores scores_of(const CountsByEvaluation& before, const CountsByEvaluation& after,
                 const std::string& evaluation) {
  const auto a0 = group_counts(before, evaluation), a = group_counts(after, evaluation);
  return {of(evaluation, forgetting_quality(a0, a)), of(evaluation, utility(a0, a)),
          of(evaluation, q_u(a0, a))};
}

void add_accuracies(std::map<std::string, Score>& out,
                    const std::vector<PlannedEvaluation>& evaluations,
                    const CountsByEvaluation& counts) {
  const auto in_domain = ids_of(evaluations, Role::in_domain);
  for (const char* group : {"forget", "retain"}) {
    for (const char* level : {"coarse", "fine"}) {
      const std::string id = std::string(group) + "_" + level;
      out[id] = in_domain.empty() ? Score{{}, "the suite has no in-domain evaluation"}
                                  : of(in_domain.front(),
                                       accuracy(count_of(counts, in_domain.front(), group, level),
                                                std::string(group) + " " + level));
    }
  }
  if (!in_domain.empty()) {
    const Count gone = count_of(counts, in_domain.front(), "forgotten_coarse", "coarse");
    if (gone.n > 0) out["forgotten_coarse"] = accuracy(gone, "forgotten coarse");
  }
  const auto suites = ids_of(evaluations, Role::zero_shot);
  Score mean{.value = 0.0, .reason = {}};
  for (const auto& id : suites) {
    const Score one = out["zero_shot/" + id] =
        of(id, accuracy(count_of(counts, id, "all", "fine"), "all fine"));
    if (!one.value) {
      mean = one;
    } else if (mean.value) {
      *mean.value += *one.value / static_cast<double>(suites.size());
    }
  }
  out["zero_shot"] = suites.empty() ? Score{{}, "the suite has no zero-shot evaluation"} : mean;
}

Score difference(const Score& a, const Score& b) {
  if (!a.value) return a;
  if (!b.value) return b;
  return {*a.value - *b.value, ""};
}

// What only exists beside the original model.
void add_comparisons(std::map<std::string, Score>& out,
                     const std::vector<PlannedEvaluation>& evaluations,
                     const CountsByEvaluation& before, const CountsByEvaluation& after) {
  const auto in_domain = ids_of(evaluations, Role::in_domain);
  Scores here;
  if (!in_domain.empty()) {
    here = scores_of(before, after, in_domain.front());
    out["quality"] = here.quality;
    out["utility"] = here.utility;
    out["q_u"] = here.q_u;
  }
  for (const auto& id : ids_of(evaluations, Role::out_of_domain)) {
    const Scores there = scores_of(before, after, id);
    out[id + "/quality"] = there.quality;
    out[id + "/utility"] = there.utility;
    out[id + "/q_u"] = there.q_u;
    out[id + "/quality_gap"] = difference(here.quality, there.quality);
    out[id + "/q_u_gap"] = difference(here.q_u, there.q_u);
  }
  const auto suites = ids_of(evaluations, Role::zero_shot);
  Score worst;
  for (const auto& id : suites) {
    const Score kept = of(id, ratio(count_of(before, id, "all", "fine"),
                                    count_of(after, id, "all", "fine"), "all fine"));
    if (!kept.value) {
      worst = kept;
      break;
    }
    const double drop = 1 - *kept.value;
    worst.value = std::max(worst.value.value_or(drop), drop);
  }
  if (!suites.empty()) out["zero_shot_worst_drop"] = worst;
}

}  // namespace

std::vector<std::string> ids_of(const std::vector<PlannedEvaluation>& evaluations, Role role) {
  std::vector<std::string> ids;
  for (const auto& evaluation : evaluations) {
    if (evaluation.role == role) ids.push_back(evaluation.id);
  }
  return ids;
}

std::map<std::string, Score> scores(const std::vector<PlannedEvaluation>& evaluations,
                                    const CountsByEvaluation* before,
                                    const CountsByEvaluation& after) {
  std::map<std::string, Score> out;
  add_accuracies(out, evaluations, after);
  if (before) add_comparisons(out, evaluations, *before, after);
  return out;
}

}  // namespace lacuna::report
