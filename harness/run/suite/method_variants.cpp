#include "run/suite/method_variants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "doors/doors.hpp"
#include "plugin/abilities.hpp"
#include "train/presets.hpp"
#include "train/training_config.hpp"

namespace lacuna {
namespace {

using nlohmann::json;

// The three objects that a preset, a method and a point of its grid each set some keys of.
struct Settings {
  json params = json::object(), kl = json::object(), training = json::object();

  void update(const Settings& other) {
    params.update(other.params);
    kl.update(other.kl);
    training.update(other.training);
  }
};

Settings settings_of_preset(const MethodSpec& method) {
  const auto values = preset(method.presets, method.id);
  return {values.at("params"), values.at("kl"), values.at("training")};
}

Settings with(Settings settings, const std::string& key, const json& value) {
  const auto dot = key.find('.');
  const auto name = dot == std::string::npos ? key : key.substr(dot + 1);
  const auto part = dot == std::string::npos ? "" : key.substr(0, dot);
  if (part.empty()) {
    settings.params[name] = value;
  } else if (part == "kl") {
    settings.kl[name] = value;
  } else if (part == "training") {
    settings.training[name] = value;
  } else {
    throw ConfigError(
        fmt::format("'{}' is not a parameter (write 'name', 'kl.name' or 'training.name')", key));
  }
  return settings;
}

// One choice of a value for every key of the grid, in the order of row_labels().
std::vector<Settings> grid_points(const MethodSpec& method) {
  std::vector<Settings> points(1);
  for (const auto& [key, values] : method.grid) {
    std::vector<Settings> next;
    for (const auto& point : points) {
      for (const auto& value : values) next.push_back(with(point, key, value));
    }
    points = std::move(next);
  }
  return points;
}

PluginSpec resolved_method(const Suite& suite, const std::string& id, const json& params,
                           const Registry& registry, NamedContents& contents) {
  if (is_door(id)) {
    const auto found = resolve_door(id, params, suite.path.parent_path());
    return {.id = id,
            .version = door_info(id).version,
            .params = found.at("params"),
            .contents = found.at("contents").get<std::map<std::string, std::string>>(),
            .places = found.at("places")};
  }
  const auto& plugin = registry.find(Kind::method, id);
  const auto resolved = guarded(id, [&] { return plugin.entry->resolve(params); });
  return {.id = id,
          .version = plugin.entry->info.version,
          .params = resolved,
          .binary = binary_hash(plugin),
          .contents = contents.of(resolved),
          .replaced = !plugin.replaced.empty(),
          .library = plugin.library};
}

const Info& method_info(const std::string& id, const Registry& registry) {
  return is_door(id) ? door_info(id) : registry.find(Kind::method, id).entry->info;
}

MethodVariant variant_of(const Suite& suite, const std::string& place, const std::string& id,
                         const Settings& all, const Registry& registry, NamedContents& contents) {
  MethodVariant out;
  out.needs = names_of(method_info(id, registry).needs);
  out.method = at_place(suite, place + ".params",
                        [&] { return resolved_method(suite, id, all.params, registry, contents); });
  out.kl = at_place(suite, place + ".kl", [&] { return resolved(parse<KlConfig>(all.kl)); });
  out.training = at_place(suite, place + ".training",
                          [&] { return recorded(parse<TrainingConfig>(all.training)); });
  return out;
}

}  // namespace

bool MethodVariant::needs_it(Ability ability) const {
  return std::find(needs.begin(), needs.end(), to_string(ability)) != needs.end();
}

std::vector<MethodVariant> method_variants(const Suite& suite, std::size_t request,
                                           const Registry& registry, NamedContents& contents) {
  const auto& asked = suite.requests.at(request);
  at_place(suite, "training", [&] { parse<TrainingConfig>(suite.training); });
  at_place(suite, fmt::format("requests[{}].training", request),
           [&] { parse<TrainingConfig>(asked.training); });
  std::vector<MethodVariant> out;
  std::set<std::string> labels;
  for (std::size_t i = 0; i < suite.methods.size(); ++i) {
    const auto& method = suite.methods[i];
    if (!method.runs_on(asked)) continue;
    const auto place = fmt::format("methods[{}]", i);
    at_place(suite, place + ".id", [&] { method_info(method.id, registry); });
    Settings base{json::object(), json::object(), suite.training};
    base.update(at_place(suite, place + ".preset", [&] { return settings_of_preset(method); }));
    base.training.update(asked.training);
    base.update({method.params, method.kl, method.training});
    const auto names = row_labels(method);
    const auto points = at_place(suite, place + ".grid", [&] { return grid_points(method); });
    for (std::size_t j = 0; j < points.size(); ++j) {
      auto all = base;
      all.update(points[j]);
      auto& variant =
          out.emplace_back(variant_of(suite, place, method.id, all, registry, contents));
      variant.label = names[j];
      if (!labels.insert(variant.label).second) {
        at_place(suite, place, [&] {
          throw ConfigError(
              fmt::format("label '{}' is already in use (labels are unique)", variant.label));
        });
      }
    }
  }
  return out;
}

std::vector<MethodVariant> attack_variants(const Suite& suite, std::size_t attack,
                                           const Registry& registry, NamedContents& contents) {
  const auto& asked = suite.attacks.at(attack);
  const auto place = fmt::format("attacks[{}]", attack);
  at_place(suite, place + ".id", [&] { method_info(asked.id, registry); });
  std::vector<MethodVariant> out;
  for (const auto& request : suite.requests) {
    Settings all{asked.params, json::object(), suite.training};
    all.training.update(request.training);
    all.training.update(asked.training);
    out.push_back(variant_of(suite, place, asked.id, all, registry, contents));
    out.back().label = asked.label;
  }
  return out;
}

}  // namespace lacuna
