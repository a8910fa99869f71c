// Top-1 accuracy of the unlearned model on what was to be forgotten and on what was to be kept.
#include <vector>

#include "lacuna/lacuna.hpp"

namespace {

using lacuna::Group;
using lacuna::Level;

std::vector<double> hits(const lacuna::Predictions& predictions, Group group, Level level) {
  const bool fine = level == Level::fine;
  const auto hit = fine ? predictions.fine_predicted == predictions.fine_target
                        : predictions.coarse_predicted == predictions.coarse_target;
  std::vector<double> out;
  for (std::int64_t i = 0; i < hit.numel(); ++i)
    if (predictions.forget[i].item<bool>() == (group == Group::forget))
      out.push_back(hit[i].item<bool>());
  return out;
}

class Accuracy final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit Accuracy(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : lacuna::scopes(all, lacuna::Role::in_domain)) {
      for (const auto group : {Group::forget, Group::retain}) {
        for (const auto level : {Level::fine, Level::coarse}) {
          const std::string side = group == Group::forget ? "forget" : "retain";
          const auto name = prefix + side + "/" + lacuna::to_string(level);
          const bool there = level == Level::fine || evaluation->after.coarse_target.defined();
          const auto count =
              there ? lacuna::count(evaluation->after, group, level) : lacuna::Count{};
          auto value = lacuna::to_value(name, lacuna::accuracy(count, name));
          value.higher_is_better = group == Group::retain || level == Level::coarse;
          value.lower = 0, value.upper = 1;
          if (count.n > 0) value.per_sample = hits(evaluation->after, group, level);
          out.push_back(std::move(value));
        }
      }
    }
    if (out.empty()) out.push_back(lacuna::to_value("accuracy", {{}, "no in-domain evaluation"}));
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<Accuracy>(
    {.id = "accuracy",
     .version = "1.0.0",
     .summary = "In-domain top-1 accuracy of the forget and retain pictures, fine and coarse",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
