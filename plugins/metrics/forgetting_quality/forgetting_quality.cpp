// Forgetting quality: how much of the forget pictures' accuracy is gone.
#include "../quality.hpp"

namespace {

class ForgettingQuality final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit ForgettingQuality(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& scope : lacuna::scopes(all, lacuna::Role::in_domain)) {
      auto value =
          lacuna::to_value(scope.prefix + "quality", lacuna::forgetting_quality(*scope.evaluation),
                           scope.evaluation->id);
      value.upper = 1;
      value.title = "Quality";
      value.group = lacuna::group_of(scope, "Scores");
      value.help = "Share of the forget accuracy that is gone: 1 − a/a₀";
      out.push_back(std::move(value));
    }
    return out.empty() ? lacuna::nothing("quality", "no in-domain evaluation") : out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<ForgettingQuality>(
    {.id = "forgetting_quality",
     .version = "2.0.0",
     .summary = "Q = 1 - a/a0 of the forget pictures' fine accuracy; negative where it rose",
     .citation = lacuna::knowledge_tracing,
     .reads = {lacuna::Role::in_domain},
     .columns = {"fine/predicted"}}))
