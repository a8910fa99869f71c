// Forgetting quality: how much of the forget pictures' fine accuracy is gone.
#include "lacuna/lacuna.hpp"

namespace {

class ForgettingQuality final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit ForgettingQuality(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : lacuna::scopes(all, lacuna::Role::in_domain)) {
      const auto before = lacuna::group_counts(evaluation->before);
      const auto after = lacuna::group_counts(evaluation->after);
      auto value = lacuna::to_value(prefix + "forgetting_quality",
                                    lacuna::forgetting_quality(before, after));
      value.upper = 1;
      out.push_back(std::move(value));
    }
    if (out.empty())
      out.push_back(lacuna::to_value("forgetting_quality", {{}, "no in-domain evaluation"}));
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<ForgettingQuality>(
    {.id = "forgetting_quality",
     .version = "1.0.0",
     .summary = "Q = 1 - a/a0 of the forget pictures' fine accuracy; negative where it rose",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
