// Q-U: the harmonic mean of forgetting quality and utility.
#include "lacuna/lacuna.hpp"

namespace {

class QU final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit QU(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : lacuna::scopes(all, lacuna::Role::in_domain)) {
      const auto before = lacuna::group_counts(evaluation->before);
      const auto after = lacuna::group_counts(evaluation->after);
      auto value = lacuna::to_value(prefix + "q_u", lacuna::q_u(before, after));
      value.lower = 0, value.upper = 1;
      out.push_back(std::move(value));
    }
    if (out.empty()) out.push_back(lacuna::to_value("q_u", {{}, "no in-domain evaluation"}));
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<QU>(
    {.id = "q_u",
     .version = "1.0.0",
     .summary = "Harmonic mean of forgetting quality and utility; 0 where nothing was forgotten",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
