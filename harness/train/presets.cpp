#include "train/presets.hpp"

#include <fmt/ranges.h>

#include <algorithm>

#include "lacuna/json_view.hpp"
#include "support/share_folder.hpp"
#include "train/training_config.hpp"

namespace lacuna {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

bool is_path(const std::string& given) {
  return given.find('/') != std::string::npos || given.ends_with(".json");
}

fs::path file_of(const std::string& given) {
  if (is_path(given)) return given;
  const auto folder = share_folder() / "suites" / "presets";
  const auto file = folder / (given + ".json");
  if (!fs::exists(file)) throw ConfigError(no_such("preset", given, names_in(folder)));
  return fs::canonical(file);
}

// What "all" and each of "methods" may set. Wrong names would otherwise be blamed on the suite;
// those of `params` only the method knows.
void check_settings(const JsonView& view) {
  view.only({"params", "kl", "training"});
  view.section("params");
  view.section("kl").parse<KlConfig>();
  view.section("training").parse<TrainingConfig>();
}

void update(json& settings, const JsonView& from) {
  for (const auto* part : {"params", "kl", "training"})
    settings[part].update(from.section(part).raw());
}

void check_document(const JsonView& root, const fs::path& file) {
  root.only(
      {"schema_version", "name", "summary", "source", "base", "all", "methods", "other_methods"});
  const auto version = root.at("schema_version");
  if (version.integer() != 1)
    version.fail(fmt::format("{} is not known (1 is)", version.integer()));
  if (const auto name = root.at("name"); name.text() != file.stem())
    name.fail(fmt::format("'{}' is not the file's name ('{}')", name.text(), file.stem().string()));
  root.at("summary").text();
  root.at("source").text();
  check_settings(root.section("all"));
  for (const auto& [id, settings] : root.section("methods").members()) check_settings(settings);
}

// `open`: the files that wait for this one, so that none waits for itself.
void apply(const std::string& given, const std::string& method, std::vector<fs::path> open,
           json& settings) {
  const auto file = file_of(given);
  const auto document = read_json(file, "a preset");
  const JsonView root(document, file.string());
  check_document(root, file);
  if (const auto base = root.find("base")) {
    if (std::find(open.begin(), open.end(), file) != open.end())
      base->fail("is built on itself in the end (leave one of them out)");
    open.push_back(file);
    const auto next = base->text();
    base->within([&] { apply(preset_from(next, file.parent_path()), method, open, settings); });
  }
  std::string others = "allowed";
  root.optional("other_methods", others, {.choices = {"allowed", "refused"}});
  std::vector<std::string> known;
  for (const auto& [id, values] : root.section("methods").members()) known.push_back(id);
  update(settings, root.section("all"));
  if (const auto own = root.section("methods").find(method)) {
    update(settings, *own);
  } else if (others == "refused") {
    throw ConfigError(fmt::format("'{}' has no values for '{}' (it has some for {})",
                                  root.at("name").text(), method, fmt::join(known, ", ")));
  }
}

}  // namespace

std::string preset_from(const std::string& given, const fs::path& folder) {
  return is_path(given) ? fs::absolute(folder / given).lexically_normal().string() : given;
}

json preset(const std::vector<std::string>& presets, const std::string& method) {
  json settings{{"params", json::object()}, {"kl", json::object()}, {"training", json::object()}};
  for (const auto& one : presets) apply(one, method, {}, settings);
  return settings;
}

}  // namespace lacuna
