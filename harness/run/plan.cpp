#include "run/plan.hpp"

#include <fmt/format.h>

#include <set>

#include "fetch/model_names.hpp"
#include "model/checkpoint.hpp"
#include "model/vocabulary.hpp"
#include "run/cell.hpp"
#include "run/completeness.hpp"
#include "run/dataset_pool.hpp"
#include "run/method_variants.hpp"
#include "run/resolved_request.hpp"
#include "support/hash.hpp"
#include "support/safe_text.hpp"
#include "train/samples_file.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

struct Model {
  std::filesystem::path place = {};
  std::string name = {};
  json identity = {};  // {"name", "hash"}; the hash null if it is not there
  std::int64_t image_size = 0;
  std::string vocabulary = {};   // found here: a process that unlearns sees no data folder
  std::string unavailable = {};  // why it is not there
};

class Planner {
 public:
  Planner(const Suite& suite, const Registry& registry, const DataRoots& roots)
      : suite_(suite), registry_(registry), roots_(roots), pool_(registry, roots) {
    for (const auto& folder : roots.folders)
      data_.push_back(std::filesystem::absolute(folder).string());
  }

  Plan make() {
    plan_.name = suite_.name;
    plan_.title = suite_.title;
    plan_.sha256 = suite_.sha256;
    for (const auto& refused : registry_.refused()) plan_.warnings.push_back(refused.reason);
    plan_metrics();
    std::vector<std::vector<MethodVariant>> variants;
    std::vector<std::string> labels;
    for (std::size_t i = 0; i < suite_.requests.size(); ++i) {
      for (const auto& variant : variants.emplace_back(method_variants(suite_, i, registry_))) {
        binaries_[variant.plugin] = binary_hash(*variant.plugin);
        labels.push_back(variant.label);
      }
    }
    plan_.published = published_tables(suite_, labels);
    const auto models = read_models();
    const auto requests = resolve_requests(suite_, pool_);
    note_incomplete(requests);
    for (const auto& model : models) {
      for (const auto& request : requests) plan_.cells.push_back(original_of(model, request));
    }
    for (const auto& model : models) {
      for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto original = original_of(model, requests[i]).key;
        for (const auto seed : suite_.seeds) {
          for (const auto& variant : variants[i])
            plan_.cells.push_back(cell_of(model, requests[i], variant, seed, original));
        }
      }
    }
    plan_.missing = missing(models);
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
        mark_replaced(plan_.metrics.back(), plugin);
      });
    }
    for (const auto& evaluation : suite_.evaluations) {
      plan_.evaluations.push_back(
          {evaluation.id, to_string(evaluation.role), evaluation.title, {}});
    }
  }

  // Numbers of a part of the pictures are no numbers of the data set: said before anything runs,
  // and in every result.
  void note_incomplete(const std::vector<ResolvedRequest>& requests) {
    std::set<std::string> said;
    const auto warn = [&](const std::string& id, const std::string& split,
                          const std::string& what) {
      const auto line = fmt::format("{}: {}: {} (lacuna data check {})", id, split, what, id);
      if (!what.empty() && said.insert(line).second) plan_.warnings.push_back(line);
    };
    for (std::size_t i = 0; i < suite_.evaluations.size(); ++i) {
      const auto& spec = suite_.evaluations[i];
      const auto& data = pool_.get(spec.dataset);
      if (!data.dataset) continue;
      plan_.evaluations[i].incomplete = incompleteness(*data.dataset, spec.split);
      warn(spec.dataset.id, spec.split, plan_.evaluations[i].incomplete);
    }
    for (const auto& request : requests) {
      const auto& spec = *request.spec;
      if (!request.data->dataset || spec.exemplars != "pictures") continue;
      warn(spec.dataset.id, spec.split, incompleteness(*request.data->dataset, spec.split));
      const auto few =
          too_few(*request.data->dataset, spec.split, request.concepts, spec.samples_per_concept);
      if (!few.empty()) plan_.warnings.push_back(fmt::format("request '{}': {}", spec.id, few));
    }
  }

  // Seen by every reader of the result: an id alone would pass for the installed plugin.
  static void mark_replaced(json& plugin, const Registered& registered) {
    if (!registered.replaced.empty()) plugin["shipped"] = false;
  }

  // Parameters that name files or folders: what stands in these can move the numbers as well. By
  // parameter; null if there are none.
  json contents_of(const json& params) {
    json out;
    for (const auto& [name, value] : params.items()) {
      if (!value.is_string()) continue;
      if (const auto& hash = content_hash(value.get<std::string>()); !hash.empty())
        out[name] = hash;
    }
    return out;
  }

  // Empty for words that name no file. A bare word is no path, whatever lies in this folder.
  const std::string& content_hash(const std::string& path) {
    const auto [found, is_new] = content_hashes_.try_emplace(path);
    if (!is_new || path.find_first_of("/.") == path.npos) return found->second;
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
      found->second = sha256_file(path);
    } else if (path.find('/') != path.npos && std::filesystem::is_directory(path, error)) {
      std::map<std::string, std::string> files;
      for (const auto& file : std::filesystem::directory_iterator(path, error))
        if (file.is_regular_file(error))
          files[file.path().filename().string()] = sha256_file(file.path());
      found->second = sha256(json_text(json(files), -1));
    }
    return found->second;
  }

  std::vector<Model> read_models() {
    std::vector<Model> out;
    for (const auto& text : suite_.models) {
      at_place(suite_, "model", [&] {
        auto model = read_model(text);
        for (const auto& other : out) {
          if (other.name == model.name)
            throw ConfigError(
                fmt::format("two models are named '{}' (rename a folder)", model.name));
        }
        out.push_back(std::move(model));
      });
    }
    return out;
  }

  Model read_model(const std::string& text) const {
    const auto unavailable = [&](const ConfigError& error) {
      return Model{.name = text,
                   .identity = {{"name", text}, {"hash", nullptr}},
                   .unavailable = error.what()};
    };
    try {
      const auto [name, place] = find_model(text, suite_.path.parent_path(), roots_);
      const auto checkpoint = load_checkpoint(place, {.data = roots_.folders});
      return {.place = place,
              .name = name,
              .identity = {{"name", name}, {"hash", checkpoint_hash(checkpoint)}},
              .image_size = checkpoint.config.vision.image_size,
              .vocabulary = std::filesystem::absolute(checkpoint.vocabulary).string()};
    } catch (const ModelMissing& error) {
      return unavailable(error);
    } catch (const VocabularyMissing& error) {
      return unavailable(error);
    }
  }

  std::vector<MissingInput> missing(const std::vector<Model>& models) const {
    std::vector<MissingInput> out;
    for (const auto& model : models)
      if (!model.unavailable.empty()) out.push_back({"model", model.name, model.unavailable});
    for (const auto& [use, data] : pool_.all()) {
      if (data.dataset) continue;
      MissingInput input{"dataset", data.identity.at("id"), data.unavailable};
      if (std::find(out.begin(), out.end(), input) == out.end()) out.push_back(std::move(input));
    }
    return out;
  }

  // What cannot move the original's numbers is not in its key: requests that differ in their
  // exemplars only share one.
  PlannedCell original_of(const Model& model, const ResolvedRequest& request) const {
    PlannedCell out{.model = model.name,
                    .request = request.spec->id,
                    .method = "original",
                    .label = "original"};
    json identity{{"dataset", request.data->identity}, {"concepts", request.concepts}};
    if (!request.coarse.empty()) identity["forget_coarse"] = request.coarse;
    out.cell = {{"harness", LACUNA_VERSION},
                {"model", model.identity},
                {"request", identity},
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
    const auto identity = identity_of(request);
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
    mark_replaced(out.cell["method"], *variant.plugin);
    if (auto contents = contents_of(variant.params); !contents.is_null())
      out.cell["method"]["contents"] = std::move(contents);
    finish(out, model, request);
    if (out.status.empty()) check_applicable(out, variant, request);
    if (!out.status.empty()) return out;

    out.set = cell_key({{"format", kSamplesFormat},
                        {"request", identity},
                        {"seed", seed},
                        {"image_size", model.image_size}});
    plan_.sets[out.set] = {{"dataset", request.data->job},
                           {"exemplars", request.spec->exemplars},
                           {"split", request.spec->split},
                           {"concepts", request.concepts},
                           {"forget_coarse", request.coarse},
                           {"samples_per_concept", request.spec->samples_per_concept},
                           {"seed", seed},
                           {"image_size", model.image_size},
                           {"data", data_}};
    if (request.spec->retain) plan_.sets[out.set]["retain"] = request.spec->retain.json();
    out.unlearn = {{"model", model.place.string()},
                   {"vocabulary", model.vocabulary},
                   {"method", out.method},
                   {"params", variant.params},
                   {"library", variant.plugin->library.string()},
                   {"kl", variant.kl},
                   {"training", variant.training},
                   {"seed", seed}};
    if (request.spec->exemplars != "text")
      out.unlearn["samples_per_concept"] = request.spec->samples_per_concept;
    return out;
  }

  // What decides the forgetting set. Keys appear only where they mean something.
  static json identity_of(const ResolvedRequest& request) {
    const auto& spec = *request.spec;
    json out{{"id", spec.id},
             {"dataset", request.data->identity},
             {"concepts", request.concepts},
             {"level", spec.level}};
    if (!request.coarse.empty()) out["forget_coarse"] = request.coarse;
    if (spec.exemplars == "text") {
      out["exemplars"] = spec.exemplars;
    } else {
      out["split"] = spec.split;
      out["samples_per_concept"] = spec.samples_per_concept;
    }
    if (spec.retain) out["retain"] = spec.retain.json();
    return out;
  }

  // What originals and unlearned models share: key, evaluation job, missing data.
  void finish(PlannedCell& out, const Model& model, const ResolvedRequest& request) const {
    out.key = cell_key(out.cell);
    out.matching = request.matching;
    out.evaluate = {{"model", model.place.string()},
                    {"vocabulary", model.vocabulary},
                    {"evaluations", request.evaluation_jobs},
                    {"data", data_}};
    out.reason = model.unavailable.empty() ? request.unavailable : model.unavailable;
    if (!out.reason.empty()) out.status = "failed";
  }

  static void check_applicable(PlannedCell& out, const MethodVariant& variant,
                               const ResolvedRequest& request) {
    const auto& needs = variant.plugin->entry->info.needs;
    const auto needed = [&](Ability it) {
      return std::find(needs.begin(), needs.end(), it) != needs.end();
    };
    const bool granted = static_cast<bool>(request.spec->retain);
    const bool flat = !request.data->dataset->taxonomy().hierarchical();
    if (needed(Ability::retain) && !granted) {
      out.reason =
          "the method needs samples of retained concepts, which this request does not grant";
    } else if (flat && needed(Ability::coarse_names)) {
      out.reason = "the method needs coarse class names, which the request's dataset does not have";
    } else if (flat && needed(Ability::keep) && !granted) {
      out.reason =
          "the method needs something to keep: coarse class names, which the request's dataset "
          "does not have, or samples of retained concepts, which it does not grant";
    } else if (flat && variant.kl.at("coarse") != 0) {
      out.reason = "kl.coarse needs coarse class names, which the request's dataset does not have";
    }
    if (!out.reason.empty()) out.status = "not_applicable";
  }

  const Suite& suite_;
  const Registry& registry_;
  const DataRoots& roots_;
  DatasetPool pool_;
  std::vector<std::string> data_;
  std::map<const Registered*, std::string> binaries_;
  std::map<std::string, std::string> content_hashes_;  // by path
  Plan plan_;
};

}  // namespace

Plan make_plan(const Suite& suite, const Registry& registry, const DataRoots& roots) {
  return Planner(suite, registry, roots).make();
}

}  // namespace lacuna
