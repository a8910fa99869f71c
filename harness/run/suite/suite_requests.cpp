// What is forgotten, and on what it is judged.
#include "run/jobs/json_words.hpp"
#include "run/suite/suite_parts.hpp"
#include "support/compute_mode.hpp"

namespace lacuna {
namespace {

RetainGrant read_grant(const JsonView& view, const std::string& usual_split) {
  view.only({"split", "samples_per_concept"});
  RetainGrant out{.split = usual_split};
  view.optional("split", out.split);
  out.samples_per_concept = view.at("samples_per_concept").read<std::int64_t>({.min = 1});
  return out;
}

std::map<std::string, std::string> read_names(const JsonView& view, const std::string& key) {
  std::map<std::string, std::string> out;
  if (!view.has(key)) return out;
  for (const auto& [ours, theirs] : view.at(key).members()) out[ours] = theirs.text();
  return out;
}

}  // namespace

RequestSpec read_request(const JsonView& view) {
  view.only({"id", "dataset", "split", "forget", "level", "exemplars", "samples_per_concept",
             "retain", "training", "evaluations"});
  RequestSpec out{.id = read_id(view), .dataset = read_plugin_use(view.at("dataset"))};
  view.optional("split", out.split);
  view.optional("level", out.level, {.choices = {"fine", "coarse", "hybrid"}});
  view.optional("exemplars", out.exemplars, {.choices = {"pictures", "text"}});
  for (const auto* key : {"split", "samples_per_concept", "retain"})
    if (out.exemplars == "text" && view.has(key))
      view.at(key).fail("means nothing with exemplars 'text' (leave it out)");
  view.optional("samples_per_concept", out.samples_per_concept, {.min = 1});
  if (view.has("retain")) out.retain = read_grant(view.at("retain"), out.split);
  out.training = read_object(view, "training");
  if (view.has("evaluations")) out.evaluations = read_words(view.at("evaluations"));
  const auto forget = view.at("forget");
  if (forget.raw().is_string()) {
    out.forget_split = forget.text();
  } else {
    for (const auto& name : forget.some()) out.concepts.push_back(name.text());
  }
  return out;
}

EvaluationSpec read_evaluation(const JsonView& view) {
  view.only({"id", "title", "role", "dataset", "split", "precision"});
  EvaluationSpec out{.id = read_id(view)};
  out.title = out.id;
  view.optional("title", out.title);
  const auto role = view.at("role").text();
  out.role = view.at("role").within([&] { return role_from(role); });
  out.dataset = read_plugin_use(view.at("dataset"));
  view.optional("split", out.split);
  view.optional("precision", out.precision, {.choices = kPrecisions});
  return out;
}

PublishedUse read_published_use(const JsonView& view, const std::filesystem::path& folder) {
  if (view.raw().is_string()) return {folder / view.text(), {}, {}};
  view.only({"file", "requests", "labels"});
  return {folder / view.at("file").text(), read_names(view, "requests"),
          read_names(view, "labels")};
}

}  // namespace lacuna
