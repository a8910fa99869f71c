// What the tests of the metric plugins share: the real plugins, and evaluations made to have given
// counts.
#pragma once

#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "lacuna/metric.hpp"
#include "plugin/registry.hpp"

namespace lacuna::testing {

inline constexpr const char* shipped[] = {"accuracy", "forgetting_quality", "utility",
                                          "q_u",      "zero_shot",          "out_of_domain"};

inline const Registry& registry() {
  static auto& all = *[] {
    auto* made = new Registry;
    for (const char* name : shipped)
      made->load(std::filesystem::path(LACUNA_PLUGIN_DIR) / (std::string(name) + ".so"));
    made->load(std::filesystem::path(LACUNA_STRANGERS) / "calibration.so");
    return made;
  }();
  return all;
}

inline std::vector<Value> compute(const std::string& id, const std::vector<Evaluation>& evaluations,
                                  const nlohmann::json& params = nlohmann::json::object()) {
  return registry().find(Kind::metric, id).entry->make_metric(params)->compute(evaluations);
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

// What one model gets right. n = 0: not there.
struct Counts {
  Count forget_fine = {}, forget_coarse = {}, retain_fine = {}, retain_coarse = {};
  Count forgotten_coarse = {};  // the forget group's whose coarse label was to be forgotten as well
};

// forget coarse / forget fine / retain coarse / retain fine, as the paper's tables have them.
inline Counts row(std::int64_t forget_coarse, std::int64_t forget_fine, std::int64_t retain_coarse,
                  std::int64_t retain_fine, std::int64_t forget_n = 500,
                  std::int64_t retain_n = 4450) {
  return {{forget_fine, forget_n},
          {forget_coarse, forget_n},
          {retain_fine, retain_n},
          {retain_coarse, retain_n}};
}

// 1 in the rows that are wrong: of each block the first rows are right.
inline at::Tensor wrong(const std::vector<Count>& blocks) {
  std::vector<at::Tensor> out;
  for (const auto& [correct, n] : blocks) {
    out.push_back(at::ones({n}, at::kLong));
    out.back().slice(0, 0, correct).zero_();
  }
  return at::cat(out);
}

// The forget group's rows first, among them those first whose coarse label was to be forgotten.
inline Evaluation evaluation(const Counts& before, const Counts& after, Role role = Role::in_domain,
                             const std::string& id = "in_domain") {
  const auto gone = before.forgotten_coarse.n, forget = before.forget_fine.n,
             retain = before.retain_fine.n;
  REQUIRE(gone + before.forget_coarse.n == forget);
  Evaluation out;
  out.id = id, out.role = role;
  out.taxonomy = {{"a", "b", "c", "d"}, {"ab", "cd"}, {0, 0, 1, 1}};
  const auto fine = at::cat({at::zeros({forget}, at::kLong), at::full({retain}, 2, at::kLong)});
  const auto coarse = at::cat({at::zeros({forget}, at::kLong), at::ones({retain}, at::kLong)});
  const auto index = at::arange(forget + retain);
  out.asked = {{"fine", fine, index.lt(forget)}, {"coarse", coarse, index.lt(gone)}};
  for (const auto& [counts, outcome] : {std::pair(&before, &out.before), {&after, &out.after}}) {
    outcome->columns["fine/predicted"] = fine + wrong({counts->forget_fine, counts->retain_fine});
    outcome->columns["coarse/predicted"] =
        (coarse + wrong({counts->forgotten_coarse, counts->forget_coarse, counts->retain_coarse}))
            .remainder(2);
  }
  return out;
}

// Without its coarse question, as of a data set that has no coarse names.
inline Evaluation flat(Evaluation evaluation) {
  evaluation.asked.pop_back();
  for (auto* outcome : {&evaluation.before, &evaluation.after})
    outcome->columns.erase("coarse/predicted");
  return evaluation;
}

// These rows of it, in this order.
inline Evaluation rows(Evaluation evaluation, const at::Tensor& order) {
  for (auto& asked : evaluation.asked)
    for (auto* column : {&asked.target, &asked.forget}) *column = column->index_select(0, order);
  for (auto* outcome : {&evaluation.before, &evaluation.after})
    for (auto& [name, column] : outcome->columns) column = column.index_select(0, order);
  return evaluation;
}

}  // namespace lacuna::testing
