// lacuna describe: one plugin, its parameters, what it reads, who made it, how to cite it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <optional>

#include "app/cli.hpp"
#include "doors/doors.hpp"
#include "lacuna/error.hpp"
#include "lacuna/taxonomy.hpp"
#include "plugin/abilities.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

namespace {

struct DescribeArguments {
  std::string name;
  bool json = false;
};

constexpr Kind kinds[] = {Kind::method, Kind::dataset, Kind::metric};

// A plugin that is there and was not taken says why.
void explain_refusal(const Registry& registry, const std::string& id) {
  for (const auto& refused : registry.refused())
    if (refused.library.stem() == id) throw PluginError(refused.reason);
}

// "kind:id", or an id that only one kind has.
const Registered& find_plugin(const Registry& registry, const std::string& name) {
  if (const auto colon = name.find(':'); colon != name.npos) {
    const auto id = name.substr(colon + 1);
    for (const auto kind : kinds) {
      if (name.substr(0, colon) != to_string(kind)) continue;
      if (!registry.entries().contains({kind, id})) explain_refusal(registry, id);
      return registry.find(kind, id);
    }
    throw ConfigError(name.substr(0, colon) +
                      ": no such kind (known: method, dataset, metric, door)");
  }
  std::vector<const Registered*> found;
  std::vector<std::string> known = door_ids(), full;
  for (const auto& [key, plugin] : registry.entries()) {
    known.push_back(key.second);
    if (key.second != name) continue;
    found.push_back(&plugin);
    full.push_back(fmt::format("{}:{}", to_string(key.first), name));
  }
  if (found.size() == 1) return *found.front();
  if (!found.empty())
    throw ConfigError(
        fmt::format("{}: several plugins have this id (say {})", name, fmt::join(full, " or ")));
  explain_refusal(registry, name);
  const auto hint = did_you_mean(name, known);
  throw ConfigError(name + ": no such plugin" +
                    (hint.empty() ? " (lacuna list shows them)" : hint));
}

nlohmann::ordered_json as_json(const Registered& plugin) {
  const auto& info = plugin.entry->info;
  return {{"kind", to_string(plugin.entry->kind)},
          {"id", info.id},
          {"version", info.version},
          {"summary", info.summary},
          {"parameters", guarded(info.id, plugin.entry->describe)},
          {"needs", names_of(info.needs)},
          {"offers", names_of(info.offers)},
          {"reads", names_of(info.reads)},
          {"columns", info.columns},
          {"citation", info.citation},
          {"authors", info.authors},
          {"address", info.address},
          {"license", info.license},
          {"library", plugin.library.string()},
          {"sha256", binary_hash(plugin)}};
}

// What a data set holds with its own parameters, or why nothing can be said of that.
nlohmann::ordered_json contents_of(const Registered& plugin, const DataRoots& roots) {
  try {
    return guarded(plugin.entry->info.id, [&] {
      const auto dataset = plugin.entry->make_dataset(nlohmann::json::object(), roots);
      nlohmann::ordered_json out{{"classes", dataset->taxonomy().fine.size()},
                                 {"coarse_classes", dataset->taxonomy().coarse.size()},
                                 {"templates", dataset->templates().size()},
                                 {"splits", nlohmann::ordered_json::object()},
                                 {"forget_splits", dataset->forget_splits()}};
      for (const auto& split : dataset->splits())
        out["splits"][split] = dataset->labels(split).size(0);
      return out;
    });
  } catch (const Error& error) {
    return {{"reason", error.what()}};
  }
}

void print_contents(const nlohmann::ordered_json& contents) {
  if (contents.contains("reason")) {
    std::cout << "\nNot to be seen here: " << one_line(contents["reason"].get<std::string>())
              << '\n';
    return;
  }
  const auto coarse = contents["coarse_classes"].get<std::size_t>();
  std::cout << fmt::format(
      "\nClasses: {}{}\nTemplates: {}\nPictures:", contents["classes"].get<std::size_t>(),
      coarse > 0 ? fmt::format(", {} coarse", coarse) : "",
      contents["templates"].get<std::size_t>());
  const auto* before = " ";
  for (const auto& [split, pictures] : contents["splits"].items()) {
    std::cout << before << one_line(split) << ' ' << pictures.get<std::int64_t>();
    before = ", ";
  }
  std::cout << '\n';
  for (const auto& [split, names] : contents["forget_splits"].items())
    std::cout << one_line(fmt::format("Forget split '{}': {}", split,
                                      fmt::join(names.get<std::vector<std::string>>(), ", ")))
              << '\n';
}

// No plugin: it has no file, and nobody to cite.
nlohmann::ordered_json door_as_json(const std::string& id) {
  const auto& info = door_info(id);
  return {{"kind", "door"},
          {"id", info.id},
          {"version", info.version},
          {"summary", info.summary},
          {"parameters", describe_door(id)}};
}

// "from 0 to 1", "at least 0", "at most 1", "one of a, b" or "".
std::string range_of(const nlohmann::ordered_json& parameter) {
  if (parameter.contains("choices"))
    return fmt::format("one of {}",
                       fmt::join(parameter["choices"].get<std::vector<std::string>>(), ", "));
  const auto bound = [&](const char* name) -> std::optional<double> {
    if (!parameter.contains(name)) return {};
    return parameter[name].get<double>();
  };
  const auto min = bound("min"), max = bound("max");
  if (min && max) return fmt::format("from {} to {}", *min, *max);
  if (min) return fmt::format("at least {}", *min);
  if (max) return fmt::format("at most {}", *max);
  return "";
}

void print_plugin(const nlohmann::ordered_json& plugin) {
  const auto text = [&](const char* key) { return plugin[key].get<std::string>(); };
  std::cout << fmt::format("{} {} {}\n{}\n", text("kind"), text("id"), text("version"),
                           text("summary"));
  const auto& parameters = plugin["parameters"];
  std::cout << (parameters.empty() ? "\nNo parameters.\n" : "\nParameters:\n");
  std::size_t width = 0;
  for (const auto& [name, _] : parameters.items()) width = std::max(width, name.size());
  for (const auto& [name, parameter] : parameters.items()) {
    const auto range = range_of(parameter);
    std::cout << fmt::format("  {:<{}}  {} (default {}{}{})\n", name, width,
                             parameter["help"].get<std::string>(), parameter["default"].dump(),
                             range.empty() ? "" : "; ", range);
  }
  if (text("kind") == "door") return;
  for (const auto& [key, title] : {std::pair("needs", "Needs"), std::pair("offers", "Offers"),
                                   std::pair("reads", "Reads"), std::pair("columns", "Columns")})
    if (!plugin[key].empty())
      std::cout << fmt::format("\n{}: {}\n", title,
                               fmt::join(plugin[key].get<std::vector<std::string>>(), ", "));
  if (plugin.contains("contents")) print_contents(plugin["contents"]);
  if (!text("citation").empty()) std::cout << "\nCitation: " << text("citation") << '\n';
  std::cout << '\n';
  for (const auto& [key, title] :
       {std::pair("authors", "Authors"), std::pair("address", "Address"),
        std::pair("license", "Licence"), std::pair("library", "Library")})
    if (!text(key).empty()) std::cout << fmt::format("{}: {}\n", title, text(key));
}

int describe_plugin(const DescribeArguments& options, const Globals& globals) {
  const auto door = options.name.starts_with("door:") ? options.name.substr(5) : options.name;
  nlohmann::ordered_json plugin;
  if (is_door(door)) {
    plugin = door_as_json(door);
  } else {
    const auto registry = globals.registry();
    const auto& found = find_plugin(registry, options.name);
    plugin = as_json(found);
    if (found.entry->kind == Kind::dataset)
      plugin["contents"] = contents_of(found, globals.data_roots());
  }
  if (options.json) {
    std::cout << json_text(plugin) << '\n';
  } else {
    print_plugin(plugin);
  }
  return exit_code::ok;
}

}  // namespace

void add_describe(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<DescribeArguments>();
  auto* command = app.add_subcommand(
      "describe", "One plugin or door: parameters, what it reads or holds, authors, citation");
  command->add_option("PLUGIN", options->name, "an id, or kind:id where two kinds share it")
      ->required();
  command->add_flag("--json", options->json, "print JSON");
  add_examples(command, {"lacuna describe npo", "lacuna describe dataset:shapes --json"});
  on_run(command, globals, [options, &globals] { return describe_plugin(*options, globals); });
}

}  // namespace lacuna
