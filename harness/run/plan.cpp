#include "run/plan.hpp"

#include <fmt/format.h>

#include "model/checkpoint.hpp"
#include "run/cell.hpp"
#include "run/dataset_pool.hpp"
#include "run/method_variants.hpp"
#include "run/resolved_request.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

struct Model {
  std::filesystem::path path;  // a folder or a file
  std::string name;
  json identity;
  std::int64_t image_size;
  std::string vocabulary;  // found here, because a process that unlearns sees no data folder
};

class Planner {
 public:
  Planner(const Suite& suite, const Registry& registry, const DataRoots& roots)
      : suite_(suite), registry_(registry), pool_(registry, roots) {
    for (const auto& folder : roots.folders)
      data_.push_back(std::filesystem::absolute(folder).string());
  }

  Plan make() {
    plan_.name = suite_.name;
    plan_.title = suite_.title;
    plan_.sha256 = suite_.sha256;
    for (const auto& refused : registry_.refused()) plan_.warnings.push_back(refused.reason);
    plan_metrics();
    const auto variants = method_variants(suite_, registry_);
    for (const auto& variant : variants) binaries_[variant.plugin] = binary_hash(*variant.plugin);
    const auto models = read_models();
    const auto requests = resolve_requests(suite_, pool_);
    for (const auto& model : models) {
      for (const auto& request : requests) plan_.cells.push_back(original_of(model, request));
    }
    for (const auto& model : models) {
      for (const auto& request : requests) {
        const auto original = original_of(model, request).key;
        for (const auto seed : suite_.seeds) {
          for (const auto& variant : variants)
            plan_.cells.push_back(cell_of(model, request, variant, seed, original));
        }
      }
    }
    return std::move(plan_);
  }

 private:
  void plan_metrics() {
    plan_.metrics = json::array();
    for (std::size_t i = 0; i < suite_.metrics.size(); ++i) {
      at_place(suite_, fmt::format("metrics[{}]", i), [&] {
        const auto& [id, params] = suite_.metrics[i];
        const auto& plugin = registry_.find(Kind::metric, id);
        plan_.metrics.push_back(
            {{"id", id},
             {"version", plugin.entry->info.version},
             {"params", guarded(id, [&] { return plugin.entry->resolve(params); })},
             {"binary", binary_hash(plugin)},
             {"library", plugin.library.string()}});
      });
    }
    for (const auto& evaluation : suite_.evaluations) {
      plan_.evaluations.push_back({evaluation.id, to_string(evaluation.role), evaluation.title});
    }
  }

  std::vector<Model> read_models() {
    std::vector<Model> out;
    for (const auto& path : suite_.models) {
      at_place(suite_, "model", [&] {
        const auto model = std::filesystem::weakly_canonical(path);
        const auto checkpoint =
            load_checkpoint(model, {.data = {data_.begin(), data_.end()}});
        const bool file = std::filesystem::is_regular_file(model);
        const auto name = (file ? model.stem() : model.filename()).string();
        for (const auto& other : out) {
          if (other.name == name)
            throw ConfigError(fmt::format("two models are named '{}' (rename one)", name));
        }
        out.push_back({model,
                       name,
                       {{"name", name}, {"hash", checkpoint_hash(checkpoint)}},
                       checkpoint.config.vision.image_size,
                       std::filesystem::absolute(checkpoint.vocabulary).string()});
      });
    }
    return out;
  }

  // What cannot move the original's numbers is not in its key: several set sizes share one.
  PlannedCell original_of(const Model& model, const ResolvedRequest& request) const {
    PlannedCell out{.model = model.name,
                    .request = request.spec->id,
                    .method = "original",
                    .label = "original"};
    out.cell = {{"harness", LACUNA_VERSION},
                {"model", model.identity},
                {"request",
                 {{"id", out.request},
                  {"dataset", request.data->identity},
                  {"concepts", request.concepts}}},
                {"method", {{"id", "original"}}},
                {"evaluations", request.evaluation_identities}};
    finish(out, model, request);
    return out;
  }

  PlannedCell cell_of(const Model& model, const ResolvedRequest& request,
                      const MethodVariant& variant, std::int64_t seed,
                      const std::string& original) {
    const auto& entry = *variant.plugin->entry;
    PlannedCell out{.original = original,
                    .model = model.name,
                    .request = request.spec->id,
                    .method = entry.info.id,
                    .label = variant.label,
                    .seed = seed};
    const json identity{{"id", out.request},
                        {"dataset", request.data->identity},
                        {"split", request.spec->split},
                        {"concepts", request.concepts},
                        {"level", request.spec->level},
                        {"samples_per_concept", request.spec->samples_per_concept}};
    out.cell = {{"harness", LACUNA_VERSION},
                {"model", model.identity},
                {"request", identity},
                {"method",
                 {{"id", out.method},
                  {"version", entry.info.version},
                  {"params", variant.params},
                  {"kl", variant.kl},
                  {"binary", binaries_.at(variant.plugin)}}},
                {"training", variant.training},
                {"seed", seed},
                {"evaluations", request.evaluation_identities}};
    finish(out, model, request);
    if (out.status.empty()) check_applicable(out, variant, *request.data->dataset);
    if (!out.status.empty()) return out;

    out.set = cell_key({{"request", identity}, {"seed", seed}, {"image_size", model.image_size}});
    plan_.sets[out.set] = {{"dataset", request.data->job},
                           {"split", request.spec->split},
                           {"concepts", request.concepts},
                           {"samples_per_concept", request.spec->samples_per_concept},
                           {"seed", seed},
                           {"image_size", model.image_size},
                           {"data", data_}};
    out.unlearn = {{"model", model.path.string()},
                   {"vocabulary", model.vocabulary},
                   {"method", out.method},
                   {"params", variant.params},
                   {"library", variant.plugin->library.string()},
                   {"kl", variant.kl},
                   {"training", variant.training},
                   {"seed", seed}};
    return out;
  }

  // What originals and unlearned models share: key, evaluation job, missing data.
  void finish(PlannedCell& out, const Model& model, const ResolvedRequest& request) const {
    out.key = cell_key(out.cell);
    out.matching = request.matching;
    out.evaluate = {{"model", model.path.string()},
                    {"vocabulary", model.vocabulary},
                    {"evaluations", request.evaluation_jobs},
                    {"data", data_}};
    if (request.unavailable.empty()) return;
    out.status = "failed";
    out.reason = request.unavailable;
  }

  static void check_applicable(PlannedCell& out, const MethodVariant& variant,
                               const Dataset& dataset) {
    const auto& needs = variant.plugin->entry->info.capabilities;
    const auto needed = [&](Capability it) {
      return std::find(needs.begin(), needs.end(), it) != needs.end();
    };
    const bool flat = !dataset.taxonomy().hierarchical();
    if (needed(Capability::retain_data)) {
      out.reason =
          "the method needs pictures of retained concepts, which this request does not grant";
    } else if (flat && needed(Capability::coarse_level)) {
      out.reason = "the method needs coarse class names, which the request's dataset does not have";
    } else if (flat && variant.kl.at("coarse") != 0) {
      out.reason = "kl.coarse needs coarse class names, which the request's dataset does not have";
    }
    if (!out.reason.empty()) out.status = "not_applicable";
  }

  const Suite& suite_;
  const Registry& registry_;
  DatasetPool pool_;
  std::vector<std::string> data_;
  std::map<const Registered*, std::string> binaries_;
  Plan plan_;
};

}  // namespace

Plan make_plan(const Suite& suite, const Registry& registry, const DataRoots& roots) {
  return Planner(suite, registry, roots).make();
}

}  // namespace lacuna
