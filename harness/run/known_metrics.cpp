#include "run/known_metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace lacuna {
namespace {

// By plugin and name of the value.
using Known = std::map<std::pair<std::string, std::string>, Score>;

const std::map<std::string, std::string>& versions() {
  static const std::map<std::string, std::string> all{
      {"accuracy", "1.1.0"}, {"forgetting_quality", "1.0.0"}, {"utility", "1.0.0"},
      {"q_u", "1.0.0"},      {"zero_shot", "1.0.0"},          {"out_of_domain", "1.0.0"}};
  return all;
}

class Table {
 public:
  Table(const Result& result, const CountsByEvaluation& before) : result_(result), before_(before) {
    Score inside{{}, "no in-domain evaluation"};
    bool first = true;
    for (const auto& [id, prefix] : scopes_of("in_domain")) {
      add_in_domain(id, prefix);
      if (first) inside = forgetting_quality(groups(before_, id), groups(result_.counts, id));
      first = false;
    }
    for (const auto& [id, prefix] : scopes_of("out_of_domain")) add_outside(id, prefix, inside);
    add_zero_shot();
  }

  const Known& known() const { return known_; }

 private:
  // As lacuna::scopes: the only one of its role has no prefix.
  std::vector<std::pair<std::string, std::string>> scopes_of(const std::string& role) const {
    std::vector<std::pair<std::string, std::string>> out;
    for (const auto& id : result_.evaluations)
      if (result_.roles.at(id) == role) out.emplace_back(id, id + "/");
    if (out.size() == 1) out.front().second.clear();
    return out;
  }

  // Where nothing matched, all is to be kept, and the file counts it as "all" alone.
  static GroupCounts groups(const CountsByEvaluation& counts, const std::string& id) {
    auto out = group_counts(counts, id);
    if (counts.contains(id) && !counts.at(id).contains("retain")) {
      out.retain_fine = count_of(counts, id, "all", "fine");
      const auto all = count_of(counts, id, "all", "coarse");
      out.retain_coarse = {all.correct - out.forgotten_coarse.correct,
                           all.n - out.forgotten_coarse.n};
    }
    return out;
  }

  void add(const char* metric, const std::string& name, const Score& score) {
    known_[{metric, name}] = score;
  }

  void add_in_domain(const std::string& id, const std::string& prefix) {
    const auto a0 = groups(before_, id), a = groups(result_.counts, id);
    add("accuracy", prefix + "forget/fine", accuracy(a.forget_fine, ""));
    add("accuracy", prefix + "forget/coarse", accuracy(a.forget_coarse, ""));
    add("accuracy", prefix + "retain/fine", accuracy(a.retain_fine, ""));
    add("accuracy", prefix + "retain/coarse", accuracy(a.retain_coarse, ""));
    add("accuracy", prefix + "forgotten/coarse", accuracy(a.forgotten_coarse, ""));
    add("forgetting_quality", prefix + "forgetting_quality", forgetting_quality(a0, a));
    add("utility", prefix + "utility", utility(a0, a));
    add("utility", prefix + "utility/unclipped", utility(a0, a, /*clipped=*/false));
    add("q_u", prefix + "q_u", q_u(a0, a));
  }

  void add_outside(const std::string& id, const std::string& prefix, const Score& inside) {
    const auto a0 = groups(before_, id), a = groups(result_.counts, id);
    const auto quality = forgetting_quality(a0, a);
    const auto front = "out_of_domain/" + prefix;
    add("out_of_domain", front + "forgetting_quality", quality);
    add("out_of_domain", front + "utility", utility(a0, a));
    add("out_of_domain", front + "q_u", q_u(a0, a));
    add("out_of_domain", front + "gap",
        inside.value && quality.value ? Score{*inside.value - *quality.value, ""} : Score{});
  }

  void add_zero_shot() {
    const auto sets = scopes_of("zero_shot");
    if (sets.empty()) return;
    const auto n = static_cast<double>(sets.size());
    Score mean{0.0, ""}, drop{0.0, ""}, worst;
    for (const auto& [id, prefix] : sets) {
      const auto before = count_of(before_, id, "all", "fine"),
                 after = count_of(result_.counts, id, "all", "fine");
      const auto hit = accuracy(after, ""), kept = ratio(before, after, "");
      add("zero_shot", "zero_shot/" + id, hit);
      mean = mean.value && hit.value ? Score{*mean.value + *hit.value / n, ""} : Score{};
      const bool defined = drop.value && kept.value;
      drop = defined ? Score{*drop.value + (1 - *kept.value) / n, ""} : Score{};
      worst = defined ? Score{std::max(worst.value.value_or(1 - *kept.value), 1 - *kept.value), ""}
                      : Score{};
    }
    add("zero_shot", "zero_shot", mean);
    add("zero_shot", "zero_shot/mean_drop", drop);
    add("zero_shot", "zero_shot/worst_drop", worst);
  }

  const Result& result_;
  const CountsByEvaluation& before_;
  Known known_;
};

bool judged(const Result& result, const StoredMetric& metric) {
  const auto version = versions().find(metric.metric);
  const auto& replaced = result.replaced_metrics;
  return version != versions().end() && version->second == metric.version &&
         std::find(replaced.begin(), replaced.end(), metric.metric) == replaced.end() &&
         (metric.value || !metric.reason.starts_with("failed: "));
}

}  // namespace

std::vector<std::size_t> contradicted_metrics(const Result& result,
                                              const CountsByEvaluation& before) {
  constexpr double rounding = 1e-9;  // the plugins may add up in another order
  const Table table(result, before);
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < result.metrics.size(); ++i) {
    const auto& metric = result.metrics[i];
    const auto found = table.known().find({metric.metric, metric.name});
    if (found == table.known().end() || !judged(result, metric)) continue;
    const auto& value = found->second.value;
    if (metric.value.has_value() != value.has_value() ||
        (value && std::abs(*metric.value - *value) > rounding))
      out.push_back(i);
  }
  return out;
}

std::string value_by_counts(const Result& result, const CountsByEvaluation& before,
                            const StoredMetric& metric) {
  const auto& value = Table(result, before).known().at({metric.metric, metric.name}).value;
  return value ? fmt::format("{}", *value) : "undefined";
}

}  // namespace lacuna
