// Zero-shot accuracy on datasets that have nothing to do with the request.
#include <algorithm>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Score;

// Mean and worst of scores that are all defined, or the first reason why one is not.
struct Summary {
  Score mean{0.0, ""}, worst;

  void add(const Score& score, double n) {
    if (!mean.value) return;
    if (!score.value) {
      mean = worst = score;
      return;
    }
    *mean.value += *score.value / n;
    worst.value = std::max(worst.value.value_or(*score.value), *score.value);
  }
};

class ZeroShot final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit ZeroShot(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    const auto sets = lacuna::scopes(all, lacuna::Role::zero_shot);
    if (sets.empty()) return {lacuna::to_value("zero_shot", {{}, "no zero-shot evaluation"})};
    Summary accuracy, drop;
    std::vector<lacuna::Value> each;
    for (const auto& [evaluation, prefix] : sets) {
      const auto& id = evaluation->id;
      const auto before =
          lacuna::count(evaluation->before, lacuna::Group::all, lacuna::Level::fine);
      const auto after = lacuna::count(evaluation->after, lacuna::Group::all, lacuna::Level::fine);
      const auto score = lacuna::accuracy(after, id);
      auto lost = lacuna::ratio(before, after, id);
      if (lost.value) lost.value = 1 - *lost.value;
      accuracy.add(score, static_cast<double>(sets.size()));
      drop.add(lost, static_cast<double>(sets.size()));
      each.push_back(lacuna::to_value("zero_shot/" + id, score));
      each.back().lower = 0, each.back().upper = 1;
    }
    std::vector<lacuna::Value> out{lacuna::to_value("zero_shot", accuracy.mean),
                                   lacuna::to_value("zero_shot/mean_drop", drop.mean),
                                   lacuna::to_value("zero_shot/worst_drop", drop.worst)};
    out[0].lower = 0, out[0].upper = 1;
    for (const int i : {1, 2}) out[i].higher_is_better = false, out[i].upper = 1;
    out.insert(out.end(), each.begin(), each.end());
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<ZeroShot>(
    {.id = "zero_shot",
     .version = "1.0.0",
     .summary = "Mean zero-shot accuracy over unrelated datasets, with the mean and worst drop",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
