// Q-U: the harmonic mean of forgetting quality and utility.
#include "../quality.hpp"

namespace {

class QU final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit QU(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& scope : lacuna::scopes(all, lacuna::Role::in_domain)) {
      auto value = lacuna::to_value(scope.prefix + "q_u", lacuna::q_u(*scope.evaluation),
                                    scope.evaluation->id);
      value.lower = 0, value.upper = 1;
      value.title = "Q-U";
      value.group = lacuna::group_of(scope, "Scores");
      value.help = "Harmonic mean of Quality and Utility";
      out.push_back(std::move(value));
    }
    return out.empty() ? lacuna::nothing("q_u", "no in-domain evaluation") : out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<QU>(
    {.id = "q_u",
     .version = "2.0.0",
     .summary = "Harmonic mean of forgetting quality and utility; 0 where nothing was forgotten",
     .citation = lacuna::knowledge_tracing,
     .reads = {lacuna::Role::in_domain},
     .columns = {"fine/predicted"}}))
