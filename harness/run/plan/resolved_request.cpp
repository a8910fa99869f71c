#include "run/plan/resolved_request.hpp"

#include <fmt/ranges.h>

#include "data/splits.hpp"
#include "run/jobs/matching.hpp"
#include "run/suite/goal.hpp"

namespace lacuna {
namespace {

Goal goal_on(const RequestSpec& spec, const Dataset& dataset) {
  auto asked = spec.concepts;
  if (!spec.forget_split.empty()) {
    const auto splits = dataset.forget_splits();
    const auto found = splits.find(spec.forget_split);
    if (found == splits.end()) {
      std::vector<std::string> known;
      for (const auto& [name, concepts] : splits) known.push_back(name);
      throw ConfigError(fmt::format(
          "'{}': no such forget split (known: {}; or a list of class names){}", spec.forget_split,
          fmt::join(known, ", "), did_you_mean(spec.forget_split, known)));
    }
    asked = found->second;
  }
  return goal_of(spec.level, asked, dataset.taxonomy());
}

nlohmann::json names_of(const std::vector<std::int64_t>& labels,
                        const std::vector<std::string>& classes) {
  auto out = nlohmann::json::array();
  for (const auto label : labels) out.push_back(classes.at(label));
  return out;
}

void add_evaluation(ResolvedRequest& request, const Suite& suite, DatasetPool& pool,
                    std::size_t index) {
  const auto& spec = suite.evaluations[index];
  const auto place = fmt::format("evaluations[{}].", index);
  const auto& data = at_place(suite, place + "dataset",
                              [&]() -> const PooledDataset& { return pool.get(spec.dataset); });
  request.evaluations.push_back({.spec = &spec, .data = &data});
  if (!data.dataset) {
    if (request.unavailable.empty()) request.unavailable = data.unavailable;
    return;
  }
  at_place(suite, place + "split", [&] { check_split(*data.dataset, spec.split); });
  if (!request.data->dataset) return;
  const auto& taxonomy = data.dataset->taxonomy();
  const auto [fine, coarse] = at_place(suite, place + "dataset", [&] {
    return std::pair(match_concepts(spec.role, request.concepts, taxonomy),
                     match_concepts(spec.role, request.coarse, taxonomy, Level::coarse));
  });
  request.evaluations.back().forget = fine.labels;
  request.evaluations.back().forget_coarse = coarse.labels;
  if (spec.role != Role::out_of_domain) return;
  auto& matching = request.matching[spec.id];
  matching = {{"matched", names_of(fine.labels, taxonomy.fine)}, {"unmatched", fine.unmatched}};
  if (request.coarse.empty()) return;
  matching["matched_coarse"] = names_of(coarse.labels, taxonomy.coarse);
  matching["unmatched_coarse"] = coarse.unmatched;
}

}  // namespace

RequestIdentity ResolvedRequest::identity() const {
  RequestIdentity out{.id = spec->id,
                      .dataset = data->spec,
                      .concepts = concepts,
                      .forget_coarse = coarse,
                      .level = spec->level,
                      .retain = spec->retain};
  if (spec->exemplars == "text") {
    out.exemplars = spec->exemplars;
  } else {
    out.split = spec->split;
    out.samples_per_concept = spec->samples_per_concept;
  }
  return out;
}

std::vector<ResolvedRequest> resolve_requests(const Suite& suite, DatasetPool& pool) {
  std::vector<ResolvedRequest> out;
  for (std::size_t i = 0; i < suite.requests.size(); ++i) {
    const auto& spec = suite.requests[i];
    const auto place = fmt::format("requests[{}].", i);
    const auto& data = at_place(suite, place + "dataset",
                                [&]() -> const PooledDataset& { return pool.get(spec.dataset); });
    ResolvedRequest request{
        .spec = &spec, .data = &data, .concepts = spec.concepts, .unavailable = data.unavailable};
    if (data.dataset) {
      if (spec.exemplars == "pictures")
        at_place(suite, place + "split", [&] { check_split(*data.dataset, spec.split); });
      if (spec.retain)
        at_place(suite, place + "retain.split",
                 [&] { check_split(*data.dataset, spec.retain.split); });
      const auto goal =
          at_place(suite, place + "forget", [&] { return goal_on(spec, *data.dataset); });
      request.concepts = goal.fine;
      request.coarse = goal.coarse;
    } else if (!spec.forget_split.empty()) {
      request.concepts = {spec.forget_split};
    }
    for (std::size_t j = 0; j < suite.evaluations.size(); ++j) {
      if (spec.evaluated_on(suite.evaluations[j].id)) add_evaluation(request, suite, pool, j);
    }
    out.push_back(std::move(request));
  }
  return out;
}

}  // namespace lacuna
