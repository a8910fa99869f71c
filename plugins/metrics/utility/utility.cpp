// Utility: what is left of the accuracies that were to be kept.
#include "lacuna/lacuna.hpp"

namespace {

class Utility final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit Utility(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : lacuna::scopes(all, lacuna::Role::in_domain)) {
      const auto before = lacuna::group_counts(evaluation->before);
      const auto after = lacuna::group_counts(evaluation->after);
      auto value = lacuna::to_value(prefix + "utility", lacuna::utility(before, after));
      value.lower = 0, value.upper = 1;
      out.push_back(std::move(value));
      out.push_back(lacuna::to_value(prefix + "utility/unclipped",
                                     lacuna::utility(before, after, /*clipped=*/false)));
      out.back().lower = 0;
    }
    if (out.empty()) out.push_back(lacuna::to_value("utility", {{}, "no in-domain evaluation"}));
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<Utility>(
    {.id = "utility",
     .version = "1.0.0",
     .summary = "U = mean of min(1, a/a0) over forget coarse, retain coarse and retain fine",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
