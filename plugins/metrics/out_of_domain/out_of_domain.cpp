// Quality, utility and Q-U on the same concepts in another domain, and the gaps to the own domain.
#include "../quality.hpp"

namespace {

using lacuna::Role;
using lacuna::Score;
using lacuna::Value;

struct Scores {
  Score quality{{}, "no in-domain evaluation"}, utility = quality, q_u = quality;
};

Scores scores_of(const lacuna::Evaluation& evaluation) {
  const auto quality = lacuna::forgetting_quality(evaluation);
  const auto utility = lacuna::utility(evaluation);
  return {quality, utility, lacuna::q_u(quality, utility)};
}

Value column(const std::string& id, const char* name, const Score& score, const char* title) {
  auto out = lacuna::to_value(id + "/" + name, score, id);
  out.upper = 1;
  out.title = title;
  out.group = "Out of domain: " + id;
  out.table = "Out of domain";
  return out;
}

Value gap(const std::string& id, const char* name, const Score& inside, const Score& outside,
          const char* title, const std::string& group) {
  auto out = column(id, name, lacuna::difference(inside, outside), title);
  out.higher_is_better = false;
  out.upper.reset();
  out.group = group;
  out.help = "In-domain minus out-of-domain, percentage points";
  return out;
}

class OutOfDomain final : public lacuna::Metric {
 public:
  using Params = lacuna::NoParams;
  explicit OutOfDomain(Params) {}

  std::vector<Value> compute(const std::vector<lacuna::Evaluation>& all) const override {
    const auto others = lacuna::scopes(all, Role::out_of_domain);
    if (others.empty()) return lacuna::nothing("out_of_domain", "no out-of-domain evaluation");
    Scores inside;
    if (const auto own = lacuna::scopes(all, Role::in_domain); !own.empty())
      inside = scores_of(*own.front().evaluation);
    std::vector<Value> out;
    for (const auto& [evaluation, _] : others) {
      const auto& id = evaluation->id;
      const auto outside = scores_of(*evaluation);
      const auto group = others.size() == 1 ? "Gap (in − out)" : "Gap: " + id;
      out.push_back(column(id, "quality", outside.quality, "Quality"));
      out.push_back(column(id, "utility", outside.utility, "Utility"));
      out.push_back(column(id, "q_u", outside.q_u, "Q-U"));
      for (auto* bounded : {&out.back(), &out[out.size() - 2]}) bounded->lower = 0;
      out.push_back(gap(id, "quality_gap", inside.quality, outside.quality, "Quality", group));
      out.push_back(gap(id, "q_u_gap", inside.q_u, outside.q_u, "Q-U", group));
    }
    return out;
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::metric<OutOfDomain>(
    {.id = "out_of_domain",
     .version = "2.0.0",
     .summary = "Q, U and Q-U on the same concepts in another domain, and the gaps of Q and Q-U",
     .citation = lacuna::knowledge_tracing,
     .reads = {Role::in_domain, Role::out_of_domain},
     .columns = {"fine/predicted"}}))
