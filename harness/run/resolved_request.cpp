#include "run/resolved_request.hpp"

#include <fmt/ranges.h>

#include "run/matching.hpp"

namespace lacuna {
namespace {

std::vector<std::string> fine_concepts(const RequestSpec& spec, const Dataset& dataset) {
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
  const auto& taxonomy = dataset.taxonomy();
  std::vector<std::string> names;
  for (const auto label : fine_labels(taxonomy, asked)) names.push_back(taxonomy.fine.at(label));
  return names;
}

void add_evaluation(ResolvedRequest& request, const Suite& suite, DatasetPool& pool,
                    std::size_t index) {
  const auto& spec = suite.evaluations[index];
  const auto place = fmt::format("evaluations[{}].", index);
  const auto& data = at_place(suite, place + "dataset",
                              [&]() -> const PooledDataset& { return pool.get(spec.dataset); });
  request.evaluation_identities.push_back({{"id", spec.id},
                                           {"role", to_string(spec.role)},
                                           {"dataset", data.identity},
                                           {"split", spec.split}});
  if (!data.dataset) {
    if (request.unavailable.empty()) request.unavailable = data.unavailable;
    return;
  }
  at_place(suite, place + "split", [&] { check_split(*data.dataset, spec.split); });
  if (!request.data->dataset) return;
  const auto& taxonomy = data.dataset->taxonomy();
  const auto match = at_place(suite, place + "dataset", [&] {
    return match_concepts(spec.role, request.concepts, taxonomy);
  });
  request.evaluation_jobs.push_back({{"id", spec.id},
                                     {"role", to_string(spec.role)},
                                     {"dataset", data.job},
                                     {"split", spec.split},
                                     {"forget", match.labels}});
  if (spec.role != Role::out_of_domain) return;
  auto matched = nlohmann::json::array();
  for (const auto label : match.labels) matched.push_back(taxonomy.fine.at(label));
  request.matching[spec.id] = {{"matched", matched}, {"unmatched", match.unmatched}};
}

}  // namespace

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
      at_place(suite, place + "split", [&] { check_split(*data.dataset, spec.split); });
      at_place(suite, place + "forget",
               [&] { request.concepts = fine_concepts(spec, *data.dataset); });
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
