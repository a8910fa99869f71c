// Top-1 accuracy of the unlearned model on what was to be forgotten and on what was to be kept.
#include <array>

#include "../quality.hpp"

namespace {

using lacuna::Group;

// What is counted under a name, and how a board shows it.
struct Part {
  const char *name, *what, *question;
  Group group;
  bool kept;
  const char *set, *title, *help;
};

constexpr std::array parts{
    Part{"forget_coarse", "forget coarse", "coarse", Group::spared, true, "Forget set", "coarse",
         "Accuracy on the forget images at coarse level: the parent concept should stay known"},
    Part{"forgotten_coarse", "forgotten coarse", "coarse", Group::forget, false, "Forget set",
         "coarse (forget)",
         "Accuracy at coarse level on the images whose coarse label is to be forgotten, too"},
    Part{"forget_fine", "forget fine", "fine", Group::forget, false, "Forget set", "fine",
         "Accuracy on the forget images at fine level: this is what should be forgotten"},
    Part{"retain_coarse", "retain coarse", "coarse", Group::retain, true, "Retain set", "coarse",
         "Accuracy on all other images at coarse level"},
    Part{"retain_fine", "retain fine", "fine", Group::retain, true, "Retain set", "fine",
         "Accuracy on all other images at fine level"}};

lacuna::Value value_of(const lacuna::Scope& scope, const Part& part) {
  const auto& evaluation = *scope.evaluation;
  const auto score =
      lacuna::accuracy(evaluation, evaluation.after, part.group, part.question, part.what);
  lacuna::Value out{.name = scope.prefix + part.name,
                    .value = score.value,
                    .reason = score.reason,
                    .higher_is_better = part.kept,
                    .lower = 0,
                    .upper = 1,
                    .title = part.title,
                    .group = lacuna::group_of(scope, part.set),
                    .help = part.help};
  if (!score.value) return out;
  out.count = lacuna::count(evaluation, evaluation.after, part.group, part.question);
  out.evaluation = evaluation.id;
  for (const auto& hit : lacuna::hits(evaluation, evaluation.after, part.group, part.question))
    if (hit) out.per_sample.push_back(*hit);
  return out;
}

// Under the goals coarse and hybrid the coarse labels of some forget images are to go as well: what
// is left of the forget group's coarse column is to stay, and may be nothing.
void tell_coarse_apart(lacuna::Value& kept) {
  kept.title = "coarse (keep)";
  kept.help = "Accuracy at coarse level on the forget images whose coarse label is to stay known";
  kept.shown = kept.value.has_value();
}

class Accuracy final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit Accuracy(Params) {}

  std::vector<lacuna::Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    std::vector<lacuna::Value> out;
    for (const auto& scope : lacuna::scopes(all, lacuna::Role::in_domain)) {
      for (const auto& part : parts) {
        auto value = value_of(scope, part);
        if (&part == &parts[1]) {
          if (!value.value) continue;
          tell_coarse_apart(out.back());
        }
        out.push_back(std::move(value));
      }
    }
    return out.empty() ? lacuna::nothing("accuracy", "no in-domain evaluation") : out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<Accuracy>(
    {.id = "accuracy",
     .version = "2.0.0",
     .summary = "In-domain top-1 accuracy of the forget and retain pictures, fine and coarse",
     .citation = lacuna::knowledge_tracing,
     .reads = {lacuna::Role::in_domain},
     .columns = {"fine/predicted"}}))
