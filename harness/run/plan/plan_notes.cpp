#include "run/plan/plan_notes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "run/plan/completeness.hpp"

namespace lacuna {

void note_incomplete(Plan& plan, const Suite& suite, DatasetPool& pool,
                     const std::vector<ResolvedRequest>& requests) {
  std::set<std::string> said;
  const auto warn = [&](const std::string& id, const std::string& split, const std::string& what) {
    const auto line = fmt::format("{}: {}: {} (lacuna data check {})", id, split, what, id);
    if (!what.empty() && said.insert(line).second) plan.warnings.push_back(line);
  };
  for (std::size_t i = 0; i < suite.evaluations.size(); ++i) {
    const auto& spec = suite.evaluations[i];
    const auto& data = pool.get(spec.dataset);
    if (!data.dataset) continue;
    plan.evaluations[i].incomplete = incompleteness(*data.dataset, spec.split);
    warn(spec.dataset.id, spec.split, plan.evaluations[i].incomplete);
  }
  for (const auto& request : requests) {
    const auto& spec = *request.spec;
    if (!request.data->dataset || spec.exemplars != "pictures") continue;
    warn(spec.dataset.id, spec.split, incompleteness(*request.data->dataset, spec.split));
    const auto few =
        too_few(*request.data->dataset, spec.split, request.concepts, spec.samples_per_concept);
    if (!few.empty()) plan.warnings.push_back(fmt::format("request '{}': {}", spec.id, few));
  }
}

std::vector<MissingInput> missing_inputs(const std::vector<PlannedModel>& models,
                                         const DatasetPool& pool) {
  std::vector<MissingInput> out;
  for (const auto& model : models)
    if (!model.unavailable.empty()) out.push_back({"model", model.spec.name, model.unavailable});
  for (const auto& [use, data] : pool.all()) {
    if (data.dataset) continue;
    MissingInput input{"dataset", data.spec.id, data.unavailable};
    if (std::find(out.begin(), out.end(), input) == out.end()) out.push_back(std::move(input));
  }
  return out;
}

}  // namespace lacuna
