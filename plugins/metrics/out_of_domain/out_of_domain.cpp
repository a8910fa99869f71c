// Quality, utility and Q-U on the same concepts in another domain, and the gap to the own domain.
#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Role;
using lacuna::Score;

lacuna::Value bounded(const std::string& name, const Score& score, std::optional<double> lower) {
  auto value = lacuna::to_value(name, score);
  value.lower = lower;
  value.upper = 1;
  return value;
}

class OutOfDomain final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit OutOfDomain(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    const std::string id = "out_of_domain/";
    const auto others = lacuna::scopes(all, Role::out_of_domain);
    if (others.empty()) return {lacuna::to_value(id + "q_u", {{}, "no out-of-domain evaluation"})};
    Score inside{{}, "no in-domain evaluation"};
    if (const auto own = lacuna::scopes(all, Role::in_domain); !own.empty())
      inside = quality(*own.front().evaluation);
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : others) {
      const auto q = quality(*evaluation);
      const auto u = lacuna::utility(lacuna::group_counts(evaluation->before),
                                     lacuna::group_counts(evaluation->after));
      out.push_back(bounded(id + prefix + "forgetting_quality", q, {}));
      out.push_back(bounded(id + prefix + "utility", u, 0));
      out.push_back(bounded(id + prefix + "q_u", lacuna::q_u(q, u), 0));
      const auto gap = !inside.value ? inside : !q.value ? q : Score{*inside.value - *q.value, ""};
      out.push_back(lacuna::to_value(id + prefix + "gap", gap));
      out.back().higher_is_better = false;
    }
    return out;
  }

 private:
  static Score quality(const lacuna::Evaluation& evaluation) {
    return lacuna::forgetting_quality(lacuna::group_counts(evaluation.before),
                                      lacuna::group_counts(evaluation.after));
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<OutOfDomain>(
    {.id = "out_of_domain",
     .version = "1.0.0",
     .summary = "Q, U and Q-U on the same concepts in another domain, and the quality gap",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
