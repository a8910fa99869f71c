// Zero-shot accuracy on datasets that have nothing to do with the request.
#include "../quality.hpp"

namespace {

using lacuna::Score;
using lacuna::Value;

// Mean and worst of scores that are all defined, or the first reason why one is not.
struct Summary {
  Score mean{0.0}, worst;
  std::string worst_id;  // the set's that is worst

  void add(const std::string& id, const Score& score, double n) {
    if (!mean.value) return;
    if (!score.value) {
      mean = worst = score;
      return;
    }
    // Nine ninths are more than 1 in floating point.
    mean.value = std::min(1.0, *mean.value + *score.value / n);
    // The rows of several sets are no rows of one evaluation.
    if (n == 1) mean.influence = score.influence;
    if (!worst.value || *worst.value < *score.value) worst = score, worst_id = id;
  }
};

Value in_table(Value value, const char* group, const char* title, const char* help) {
  value.table = "Zero-shot";
  value.group = group;
  value.title = title;
  value.help = help;
  return value;
}

Value of_one_set(const lacuna::Evaluation& set, const Score& accuracy) {
  auto out = in_table({.name = "zero_shot/" + set.id,
                       .value = accuracy.value,
                       .reason = accuracy.reason,
                       .lower = 0,
                       .upper = 1},
                      "Suites", set.id.c_str(), "");
  if (!accuracy.value) return out;
  out.count = lacuna::count(set, set.after, lacuna::Group::all, "fine");
  out.evaluation = set.id;
  for (const auto& hit : lacuna::hits(set, set.after, lacuna::Group::all, "fine"))
    out.per_sample.push_back(*hit);
  return out;
}

class ZeroShot final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit ZeroShot(Params) {}

  std::vector<Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    const auto sets = lacuna::scopes(all, lacuna::Role::zero_shot);
    if (sets.empty()) return lacuna::nothing("zero_shot", "no zero-shot evaluation");
    const auto n = static_cast<double>(sets.size());
    Summary accuracies, drops;
    std::vector<Value> out;
    for (const auto& [set, _] : sets) {
      const auto accuracy = lacuna::accuracy(*set, set->after, lacuna::Group::all, "fine", set->id);
      accuracies.add(set->id, accuracy, n);
      drops.add(set->id,
                lacuna::one_minus(lacuna::ratio(*set, lacuna::Group::all, "fine", set->id)), n);
      out.push_back(of_one_set(*set, accuracy));
    }
    const auto& only = sets.front().evaluation->id;
    auto mean = lacuna::to_value("zero_shot", accuracies.mean, only);
    mean.lower = 0, mean.upper = 1;
    mean.title = "Zero-shot";
    mean.help =
        "Mean fine accuracy over the zero-shot suites, which share no concept with the request";
    out.insert(out.begin(), std::move(mean));
    out.push_back(in_table(lacuna::to_value("zero_shot_worst_drop", drops.worst, drops.worst_id),
                           "All", "Worst drop",
                           "Largest relative loss against the original model over the suites"));
    out.push_back(in_table(lacuna::to_value("zero_shot_mean_drop", drops.mean, only), "All",
                           "Mean drop",
                           "Mean relative loss against the original model over the suites"));
    out.back().shown = false;
    for (auto* drop : {&out.back(), &out[out.size() - 2]})
      drop->higher_is_better = false, drop->upper = 1;
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<ZeroShot>(
    {.id = "zero_shot",
     .version = "2.0.0",
     .summary = "Mean zero-shot accuracy over unrelated datasets, with the mean and worst drop",
     .citation = lacuna::knowledge_tracing,
     .reads = {lacuna::Role::zero_shot},
     .columns = {"fine/predicted"}}))
