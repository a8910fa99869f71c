// Accuracies, Quality, Utility and Q-U of an evaluation, and what each of its rows contributes to
// them: the one place where this arithmetic is written (Tan & Gong, 2026).
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/lacuna.hpp"

namespace lacuna {

// A number, or the reason why there is none.
struct Score {
  std::optional<double> value = {};
  std::string reason = {};
  // To first order, how much each of the evaluation's N rows moves the value; the mean of them is
  // 0. Of a mean over n rows, N/n (x - mean) in those and 0 in the others; functions of means
  // follow by the chain rule (the delta method). Empty where several evaluations make the value.
  std::vector<double> influence = {};
};

// Of every row: whether the best choice is the target; nothing for rows outside of the group.
inline std::vector<std::optional<bool>> hits(const Evaluation& evaluation, const Outcome& outcome,
                                             Group group, const std::string& question) {
  const auto rows = rows_of(evaluation, group, question).contiguous();
  const auto& target = find_asked(evaluation, question)->target;
  const auto hit = outcome.at(question + "/predicted").eq(target).contiguous();
  std::vector<std::optional<bool>> out(static_cast<std::size_t>(rows.numel()));
  for (std::size_t i = 0; i < out.size(); ++i)
    if (rows.data_ptr<bool>()[i]) out[i] = hit.data_ptr<bool>()[i];
  return out;
}

// correct / n of a group. Undefined for n = 0, with "<what>: …" as the reason.
inline Score accuracy(const Evaluation& evaluation, const Outcome& outcome, Group group,
                      const std::string& question, const std::string& what) {
  const auto [correct, n] = count(evaluation, outcome, group, question);
  if (n == 0) return {{}, what + ": no such picture or level in this evaluation"};
  Score out{static_cast<double>(correct) / static_cast<double>(n)};
  const auto rows = hits(evaluation, outcome, group, question);
  const double weight = static_cast<double>(rows.size()) / static_cast<double>(n);
  for (const auto& hit : rows)
    out.influence.push_back(hit ? weight * (static_cast<double>(*hit) - *out.value) : 0);
  return out;
}

// Of a function of two scores whose derivatives by them are `da` and `db`.
inline std::vector<double> combined(double da, const Score& a, double db, const Score& b) {
  std::vector<double> out(a.influence.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = da * a.influence[i] + db * b.influence[i];
  return out;
}

// a/a0, the accuracy after by the one before. Undefined if either is, or if the original model gets
// nothing right.
inline Score ratio(const Evaluation& evaluation, Group group, const std::string& question,
                   const std::string& what) {
  const auto before = accuracy(evaluation, evaluation.before, group, question, what);
  const auto after = accuracy(evaluation, evaluation.after, group, question, what);
  if (!before.value) return before;
  if (!after.value) return after;
  const double a0 = *before.value, a = *after.value;
  if (a0 == 0) return {{}, what + ": the original model gets none right"};
  // Written so that a model beside itself has a ratio that no row moves, to the last bit.
  Score out{a / a0, "", combined(1, after, -a / a0, before)};
  for (auto& row : out.influence) row /= a0;
  return out;
}

inline Score one_minus(Score score) {
  if (!score.value) return score;
  score.value = 1 - *score.value;
  for (auto& row : score.influence) row = -row;
  return score;
}

// Mean of a/a0, each at most 1 if `clipped`; the first reason why one of them is undefined.
inline Score mean_of(const std::vector<Score>& ratios, bool clipped) {
  const auto n = static_cast<double>(ratios.size());
  Score out{0.0, "", std::vector<double>(ratios.front().influence.size())};
  for (const auto& part : ratios) {
    if (!part.value) return part;
    *out.value += clipped ? std::min(1.0, *part.value) : *part.value;
    if (clipped && *part.value > 1) continue;  // flat there
    for (std::size_t i = 0; i < out.influence.size(); ++i)
      out.influence[i] += part.influence[i] / n;
  }
  *out.value /= n;
  return out;
}

// Q = 1 - a/a0 of the forget group's fine accuracy; where coarse labels were to be forgotten as
// well, 1 - the mean of that ratio and theirs. Negative where the accuracy rose.
inline Score forgetting_quality(const Evaluation& evaluation) {
  std::vector<Score> parts{ratio(evaluation, Group::forget, "fine", "forget fine")};
  if (count(evaluation, evaluation.before, Group::forget, "coarse").n > 0)
    parts.push_back(ratio(evaluation, Group::forget, "coarse", "forgotten coarse"));
  return one_minus(mean_of(parts, /*clipped=*/false));
}

// U = mean of a/a0 over forget coarse, retain coarse and retain fine; each at most 1 if `clipped`,
// as in the paper's tables. Forget coarse is left out where all of it was to be forgotten.
inline Score utility(const Evaluation& evaluation, bool clipped = true) {
  std::vector<Score> parts;
  if (count(evaluation, evaluation.before, Group::spared, "coarse").n > 0 ||
      count(evaluation, evaluation.before, Group::forget, "coarse").n == 0)
    parts.push_back(ratio(evaluation, Group::spared, "coarse", "forget coarse"));
  parts.push_back(ratio(evaluation, Group::retain, "coarse", "retain coarse"));
  parts.push_back(ratio(evaluation, Group::retain, "fine", "retain fine"));
  return mean_of(parts, clipped);
}

// 2QU / (Q + U); 0 where Q <= 0 or Q + U = 0, so that a model that forgot nothing scores nothing.
inline Score q_u(const Score& quality, const Score& utility) {
  if (!quality.value) return quality;
  if (!utility.value) return utility;
  const double q = *quality.value, u = *utility.value, sum = q + u;
  if (q <= 0 || sum <= 0) return {0.0, "", std::vector<double>(quality.influence.size())};
  return {2 * q * u / sum, "",
          combined(2 * u * u / (sum * sum), quality, 2 * q * q / (sum * sum), utility)};
}

inline Score q_u(const Evaluation& evaluation) {
  return q_u(forgetting_quality(evaluation), utility(evaluation));
}

// a - b of two evaluations, so nothing that single rows contribute to.
inline Score difference(const Score& a, const Score& b) {
  if (!a.value) return a;
  if (!b.value) return b;
  return {*a.value - *b.value, ""};
}

// A metric's Value made of a score, whose rows are those of the evaluation of this id.
inline Value to_value(std::string name, const Score& score, const std::string& evaluation = {}) {
  Value out{.name = std::move(name), .value = score.value, .reason = score.reason};
  if (!score.value || score.influence.empty()) return out;
  out.evaluation = evaluation;
  for (const double row : score.influence) out.per_sample.push_back(*score.value + row);
  return out;
}

// What a metric without an evaluation of its role says.
inline std::vector<Value> nothing(std::string name, std::string reason) {
  return {{.name = std::move(name), .reason = std::move(reason), .shown = false}};
}

// "Scores"; "validation: Scores" where several evaluations have that role.
inline std::string group_of(const Scope& scope, const std::string& group) {
  return scope.prefix.empty() ? group : scope.evaluation->id + ": " + group;
}

inline const char* const knowledge_tracing =
    "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for Foundation "
    "Models, TMLR 2026, arXiv 2506.11253";

}  // namespace lacuna
