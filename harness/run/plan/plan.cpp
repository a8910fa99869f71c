#include "run/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "run/plan/applicable.hpp"
#include "run/plan/dataset_pool.hpp"
#include "run/plan/plan_models.hpp"
#include "run/plan/plan_notes.hpp"
#include "run/plan/resolved_request.hpp"
#include "run/results/outcome_file.hpp"
#include "train/samples_file.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// Whether an evaluation has the questions that a metric's columns are of. Of a CLIP: the fine names
// always, the coarse ones where there are some.
bool has_columns(const PlannedMetric& metric, const Dataset& dataset) {
  return std::all_of(metric.columns.begin(), metric.columns.end(), [&](const std::string& column) {
    const auto question = column.substr(0, column.find('/'));
    return question == "fine" || (question == "coarse" && dataset.taxonomy().hierarchical());
  });
}

bool is_given(const PlannedMetric& metric, const RequestEvaluation& evaluation) {
  const auto& roles = metric.reads;
  const bool reads =
      roles.empty() || std::find(roles.begin(), roles.end(), evaluation.spec->role) != roles.end();
  return reads && has_columns(metric, *evaluation.data->dataset);
}

class Planner {
 public:
  Planner(const Suite& suite, const SuitePlugins& plugins, const DataRoots& roots)
      : suite_(suite), plugins_(plugins), pool_(plugins.datasets, roots) {
    for (const auto& folder : roots.folders) data_.push_back(std::filesystem::absolute(folder));
    models_ = plan_models(suite, roots);
    requests_ = resolve_requests(suite, pool_);
  }

  Plan make() {
    describe();
    note_incomplete(plan_, suite_, pool_, requests_);
    for (const auto& model : models_)
      for (const auto& request : requests_) add_original(model, request);
    for (const auto& model : models_)
      for (std::size_t i = 0; i < requests_.size(); ++i)
        for (const auto seed : suite_.seeds)
          for (const auto& variant : plugins_.methods[i]) add_cell(model, i, variant, seed);
    plan_.missing = missing_inputs(models_, pool_);
    return std::move(plan_);
  }

 private:
  void describe() {
    plan_.name = suite_.name;
    plan_.title = suite_.title;
    plan_.sha256 = suite_.sha256;
    plan_.board = suite_.board;
    plan_.credits = plugins_.credits;
    plan_.warnings = plugins_.warnings;
    for (const auto& metric : plugins_.metrics) plan_.metrics.push_back(metric.plugin);
    for (const auto& evaluation : suite_.evaluations)
      plan_.evaluations.push_back({evaluation.id, evaluation.role, evaluation.title, {}});
    std::vector<std::string> labels;
    for (const auto& variants : plugins_.methods)
      for (const auto& variant : variants) labels.push_back(variant.label);
    plan_.published = published_tables(suite_, labels);
  }

  template <class Spec>
  std::string add_job(const Spec& spec, std::vector<std::string> needs) {
    auto key = job_key(spec);
    plan_.jobs.try_emplace(key, Job{key, spec, std::move(needs)});
    return key;
  }

  // What cannot move the original's predictions is not in its key: requests that differ in their
  // exemplars only share one.
  std::string original_key(const PlannedModel& model, const ResolvedRequest& request) const {
    json of{{"dataset", to_json(request.data->spec, Fields::identity)},
            {"concepts", request.concepts}};
    if (!request.coarse.empty()) of["forget_coarse"] = request.coarse;
    return key_of(
        {{"original", true}, {"model", to_json(model.spec, Fields::identity)}, {"request", of}});
  }

  void add_original(const PlannedModel& model, const ResolvedRequest& request) {
    PlannedCell cell{.key = original_key(model, request),
                     .model = model.spec.name,
                     .request = request.spec->id,
                     .method = "original",
                     .label = "original",
                     .matching = request.matching};
    if (request.evaluations.size() < suite_.evaluations.size())
      for (const auto& evaluation : request.evaluations)
        cell.evaluations.push_back(evaluation.spec->id);
    cell.reason = model.unavailable.empty() ? request.unavailable : model.unavailable;
    if (!cell.reason.empty()) cell.status = "failed";
    add_evaluations(cell, model, request);
    originals_[{&model, &request}] = cell;
    plan_.cells.push_back(std::move(cell));
  }

  void add_cell(const PlannedModel& model, std::size_t index, const MethodVariant& variant,
                std::int64_t seed) {
    const auto& request = requests_[index];
    const auto& original = originals_.at({&model, &request});
    PlannedCell cell{.original = original.key,
                     .model = model.spec.name,
                     .request = request.spec->id,
                     .method = variant.method.id,
                     .label = variant.label,
                     .seed = seed,
                     .status = original.status,
                     .reason = original.reason};
    judge(cell, variant, request);
    add_jobs(cell, model, request, request.identity(), variant);
    const auto attacked = cell;
    plan_.cells.push_back(std::move(cell));
    for (std::size_t i = 0; i < suite_.attacks.size(); ++i)
      if (suite_.attacks[i].runs_on(variant.label, *request.spec))
        add_attack(attacked, i, model, index);
  }

  // The attacked cell once more, with a method that begins where that one ended.
  void add_attack(const PlannedCell& attacked, std::size_t attack, const PlannedModel& model,
                  std::size_t index) {
    const auto& request = requests_[index];
    const auto& spec = suite_.attacks[attack];
    const auto& variant = plugins_.attacks.at(attack).at(index);
    auto cell = attacked;
    cell.predict.clear();
    cell.score.clear();
    cell.method = variant.method.id;
    cell.attack = spec.label;
    cell.attacked = attacked.key;
    judge(cell, variant, request);
    auto identity = request.identity();
    if (identity.exemplars.empty() && spec.samples_per_concept > 0)
      identity.samples_per_concept = spec.samples_per_concept;
    add_jobs(cell, model, request, identity, variant);
    plan_.cells.push_back(std::move(cell));
  }

  static void judge(PlannedCell& cell, const MethodVariant& variant,
                    const ResolvedRequest& request) {
    if (!cell.status.empty()) return;
    cell.reason = why_not_applicable(variant, request);
    if (!cell.reason.empty()) cell.status = "not_applicable";
  }

  void add_jobs(PlannedCell& cell, const PlannedModel& model, const ResolvedRequest& request,
                const RequestIdentity& identity, const MethodVariant& variant) {
    const SetSpec set{.format = kSamplesFormat,
                      .request = identity,
                      .seed = cell.seed,
                      .image_size = model.image_size,
                      .data = data_};
    const UnlearnSpec unlearn{.harness = LACUNA_VERSION,
                              .model = model.spec,
                              .input = cell.attacked,
                              .request = identity,
                              .method = variant.method,
                              .kl = variant.kl,
                              .training = variant.training,
                              .seed = cell.seed,
                              .set = job_key(set)};
    cell.key = job_key(unlearn);
    if (cell.status.empty()) {
      std::vector<std::string> needs{add_job(set, {})};
      if (!cell.attacked.empty()) needs.push_back(cell.attacked);
      add_job(unlearn, std::move(needs));
      add_evaluations(cell, model, request);
    } else if (!request.data->dataset || !model.unavailable.empty() ||
               cell.status == "not_applicable") {
      // Its own key says so. That an evaluation's data is missing stands in no unlearn key: a
      // failure stored under it would outlive the reason.
      add_job(unlearn, {});
    }
  }

  // Predict jobs and the scores that read them.
  void add_evaluations(PlannedCell& cell, const PlannedModel& model,
                       const ResolvedRequest& request) {
    if (!cell.status.empty()) return;
    const bool is_original = cell.is_original();
    std::vector<ScoredEvaluation> scored;
    for (const auto& evaluation : request.evaluations) {
      const auto& id = evaluation.spec->id;
      PredictSpec spec{.harness = LACUNA_VERSION,
                       .format = kOutcomeFormat,
                       .model = model.spec,
                       .unlearn = is_original ? "" : cell.key,
                       .dataset = evaluation.data->spec,
                       .split = evaluation.spec->split,
                       .precision = evaluation.spec->precision,
                       .data = data_};
      cell.predict[id] = add_job(
          spec, is_original ? std::vector<std::string>{} : std::vector<std::string>{cell.key});
      const auto& before = is_original ? cell.predict : originals_.at({&model, &request}).predict;
      scored.push_back({.id = id,
                        .role = evaluation.spec->role,
                        .forget = evaluation.forget,
                        .forget_coarse = evaluation.forget_coarse,
                        .before = before.at(id),
                        .after = cell.predict[id]});
    }
    for (const auto& metric : plugins_.metrics) add_score(cell, metric, request, scored);
  }

  void add_score(PlannedCell& cell, const PlannedMetric& metric, const ResolvedRequest& request,
                 const std::vector<ScoredEvaluation>& scored) {
    ScoreSpec spec{.metric = metric.plugin};
    std::vector<std::string> needs;
    for (std::size_t i = 0; i < scored.size(); ++i) {
      if (!is_given(metric, request.evaluations[i])) continue;
      spec.evaluations.push_back(scored[i]);
      for (const auto& key : {scored[i].before, scored[i].after})
        if (std::find(needs.begin(), needs.end(), key) == needs.end()) needs.push_back(key);
    }
    if (!spec.evaluations.empty()) cell.score[metric.plugin.id] = add_job(spec, std::move(needs));
  }

  const Suite& suite_;
  const SuitePlugins& plugins_;
  DatasetPool pool_;
  std::vector<std::filesystem::path> data_;
  std::vector<PlannedModel> models_;
  std::vector<ResolvedRequest> requests_;
  std::map<std::pair<const PlannedModel*, const ResolvedRequest*>, PlannedCell> originals_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const Suite& suite, const SuitePlugins& plugins, const DataRoots& roots) {
  return Planner(suite, plugins, roots).make();
}

}  // namespace lacuna
