// What the tests of the metric plugins share: the real plugins, and predictions made to have given
// counts.
#pragma once

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "lacuna/quality.hpp"
#include "plugin/registry.hpp"

namespace lacuna::testing {

inline std::vector<Value> compute(const std::string& id,
                                  const std::vector<Evaluation>& evaluations) {
  static auto& registry = *[] {
    auto* all = new Registry;
    for (const char* name :
         {"accuracy", "forgetting_quality", "utility", "q_u", "zero_shot", "out_of_domain"})
      all->load(std::filesystem::path(LACUNA_PLUGIN_DIR) / (std::string(name) + ".so"));
    return all;
  }();
  return registry.find(Kind::metric, id).entry->make_metric({})->compute(evaluations);
}

inline Value find(const std::vector<Value>& values, const std::string& name) {
  for (const auto& value : values)
    if (value.name == name) return value;
  FAIL("no value '" << name << "'");
  return {};
}

inline Value value_of(const std::string& metric, const std::vector<Evaluation>& evaluations,
                      const std::string& name) {
  return find(compute(metric, evaluations), name);
}

// Predictions with exactly these counts: the first rows are the forget group, the first rows of a
// group are right.
inline Predictions predictions(const GroupCounts& counts) {
  const auto column = [](const Count& forget, const Count& retain) {
    auto wrong = at::ones({forget.n + retain.n}, at::kLong);
    wrong.slice(0, 0, forget.correct).zero_();
    wrong.slice(0, forget.n, forget.n + retain.correct).zero_();
    return wrong;
  };
  const auto forget_n = counts.forget_fine.n, retain_n = counts.retain_fine.n;
  Predictions out;
  out.taxonomy = {{"a", "b", "c", "d"}, {"ab", "cd"}, {0, 0, 1, 1}};
  out.fine_target = at::cat({at::zeros({forget_n}, at::kLong), at::full({retain_n}, 2, at::kLong)});
  out.coarse_target = at::tensor(out.taxonomy.parent, at::kLong).index_select(0, out.fine_target);
  out.forget = at::cat({at::ones({forget_n}, at::kBool), at::zeros({retain_n}, at::kBool)});
  out.fine_predicted = out.fine_target + column(counts.forget_fine, counts.retain_fine);
  out.coarse_predicted =
      (out.coarse_target + column(counts.forget_coarse, counts.retain_coarse)).remainder(2);
  return out;
}

inline Evaluation evaluation(const GroupCounts& before, const GroupCounts& after,
                             Role role = Role::in_domain, const std::string& id = "in_domain") {
  return {id, role, predictions(before), predictions(after)};
}

// forget coarse / forget fine / retain coarse / retain fine, as the paper's tables have them.
inline GroupCounts row(std::int64_t forget_coarse, std::int64_t forget_fine,
                       std::int64_t retain_coarse, std::int64_t retain_fine,
                       std::int64_t forget_n = 500, std::int64_t retain_n = 4450) {
  return {{forget_fine, forget_n},
          {forget_coarse, forget_n},
          {retain_fine, retain_n},
          {retain_coarse, retain_n}};
}

}  // namespace lacuna::testing
