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
  const auto rows = lacuna::rows_of(predictions, group, level);
  std::vector<double> out;
  for (std::int64_t i = 0; i < hit.numel(); ++i)
    if (rows[i].item<bool>()) out.push_back(hit[i].item<bool>());
  return out;
}

// What is counted under a name, and whether it was to be kept.
struct Part {
  const char* name;
  Group group;
  Level level;
  bool kept;
};

constexpr Part parts[] = {{"forget/fine", Group::forget, Level::fine, false},
                          {"forget/coarse", Group::forget, Level::coarse, true},
                          {"retain/fine", Group::retain, Level::fine, true},
                          {"retain/coarse", Group::retain, Level::coarse, true},
                          {"forgotten/coarse", Group::forgotten_coarse, Level::coarse, false}};

class Accuracy final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit Accuracy(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& [evaluation, prefix] : lacuna::scopes(all, lacuna::Role::in_domain)) {
      const auto& after = evaluation->after;
      for (const auto& [part, group, level, kept] : parts) {
        // Only goals that forget coarse labels have this part.
        if (group == Group::forgotten_coarse && !after.forget_coarse.defined()) continue;
        const auto name = prefix + part;
        const bool there = level == Level::fine || after.coarse_target.defined();
        const auto count = there ? lacuna::count(after, group, level) : lacuna::Count{};
        auto value = lacuna::to_value(name, lacuna::accuracy(count, name));
        value.higher_is_better = kept;
        value.lower = 0, value.upper = 1;
        if (count.n > 0) value.per_sample = hits(after, group, level);
        out.push_back(std::move(value));
      }
    }
    if (out.empty()) out.push_back(lacuna::to_value("accuracy", {{}, "no in-domain evaluation"}));
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<Accuracy>(
    {.id = "accuracy",
     .version = "1.1.0",
     .summary = "In-domain top-1 accuracy of the forget and retain pictures, fine and coarse",
     .citation =
         "Y. Tan, B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing for "
         "Foundation Models, TMLR 2026, arXiv 2506.11253"}))
