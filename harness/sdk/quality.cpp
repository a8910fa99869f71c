#include "lacuna/quality.hpp"

#include <algorithm>

namespace lacuna {

GroupCounts group_counts(const Predictions& predictions) {
  GroupCounts out;
  out.forget_fine = count(predictions, Group::forget, Level::fine);
  out.retain_fine = count(predictions, Group::retain, Level::fine);
  if (predictions.coarse_target.defined()) {
    out.forget_coarse = count(predictions, Group::forget, Level::coarse);
    out.retain_coarse = count(predictions, Group::retain, Level::coarse);
    out.forgotten_coarse = count(predictions, Group::forgotten_coarse, Level::coarse);
  }
  return out;
}

Score accuracy(const Count& count, const std::string& what) {
  if (count.n == 0) return {{}, what + ": no such picture or level in this evaluation"};
  return {static_cast<double>(count.correct) / static_cast<double>(count.n), ""};
}

Score ratio(const Count& before, const Count& after, const std::string& what) {
  const auto a0 = accuracy(before, what), a = accuracy(after, what);
  if (!a0.value) return a0;
  if (!a.value) return a;
  if (*a0.value == 0) return {{}, what + ": the original model gets none right"};
  return {*a.value / *a0.value, ""};
}

namespace {

// Mean of a/a0; the first reason why one of them is undefined.
Score mean_of(const std::vector<Score>& ratios, bool clipped) {
  double sum = 0;
  for (const auto& part : ratios) {
    if (!part.value) return part;
    sum += clipped ? std::min(1.0, *part.value) : *part.value;
  }
  return {sum / static_cast<double>(ratios.size()), ""};
}

}  // namespace

Score forgetting_quality(const GroupCounts& before, const GroupCounts& after) {
  std::vector<Score> parts{ratio(before.forget_fine, after.forget_fine, "forget fine")};
  if (before.forgotten_coarse.n > 0)
    parts.push_back(ratio(before.forgotten_coarse, after.forgotten_coarse, "forgotten coarse"));
  auto score = mean_of(parts, /*clipped=*/false);
  if (score.value) score.value = 1 - *score.value;
  return score;
}

Score utility(const GroupCounts& before, const GroupCounts& after, bool clipped) {
  std::vector<Score> parts;
  if (before.forget_coarse.n > 0 || before.forgotten_coarse.n == 0)
    parts.push_back(ratio(before.forget_coarse, after.forget_coarse, "forget coarse"));
  parts.push_back(ratio(before.retain_coarse, after.retain_coarse, "retain coarse"));
  parts.push_back(ratio(before.retain_fine, after.retain_fine, "retain fine"));
  return mean_of(parts, clipped);
}

Score q_u(const Score& quality, const Score& utility) {
  if (!quality.value) return quality;
  if (!utility.value) return utility;
  const double q = *quality.value, u = *utility.value;
  return {q <= 0 || q + u <= 0 ? 0 : 2 * q * u / (q + u), ""};
}

Score q_u(const GroupCounts& before, const GroupCounts& after) {
  return q_u(forgetting_quality(before, after), utility(before, after));
}

Value to_value(const std::string& name, const Score& score) {
  Value value;
  value.name = name;
  value.value = score.value;
  value.reason = score.reason;
  return value;
}

std::vector<Scope> scopes(const std::vector<Evaluation>& evaluations, Role role) {
  std::vector<Scope> out;
  for (const auto& evaluation : evaluations)
    if (evaluation.role == role) out.push_back({&evaluation, evaluation.id + "/"});
  if (out.size() == 1) out.front().prefix.clear();
  return out;
}

}  // namespace lacuna
