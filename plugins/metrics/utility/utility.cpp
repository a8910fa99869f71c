// Utility: what is left of the accuracies that were to be kept.
#include "../quality.hpp"

namespace {

class Utility final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit Utility(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& scope : lacuna::scopes(all, lacuna::Role::in_domain)) {
      const auto& evaluation = *scope.evaluation;
      auto value =
          lacuna::to_value(scope.prefix + "utility", lacuna::utility(evaluation), evaluation.id);
      value.lower = 0, value.upper = 1;
      value.title = "Utility";
      value.group = lacuna::group_of(scope, "Scores");
      value.help =
          "What is kept: mean of min(1, a/a₀) over forget coarse, retain coarse, retain fine";
      out.push_back(std::move(value));
      auto plain = lacuna::to_value(scope.prefix + "utility_unclipped",
                                    lacuna::utility(evaluation, /*clipped=*/false), evaluation.id);
      plain.lower = 0;
      plain.title = "Utility, unclipped";
      plain.group = lacuna::group_of(scope, "Scores");
      plain.help = "Mean of a/a₀ over forget coarse, retain coarse, retain fine";
      plain.shown = false;
      out.push_back(std::move(plain));
    }
    return out.empty() ? lacuna::nothing("utility", "no in-domain evaluation") : out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<Utility>(
    {.id = "utility",
     .version = "2.0.0",
     .summary = "U = mean of min(1, a/a0) over forget coarse, retain coarse and retain fine",
     .citation = lacuna::knowledge_tracing,
     .reads = {lacuna::Role::in_domain},
     .columns = {"fine/predicted"}}))
