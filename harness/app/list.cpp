// lacuna list: every plugin that was found, one line each.
#include <fmt/format.h>

#include <iostream>

#include "app/cli.hpp"
#include "doors/doors.hpp"
#include "plugin/abilities.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

namespace {

struct ListArguments {
  bool json = false, citations = false;
};

nlohmann::ordered_json as_json(const Registry& registry) {
  auto plugins = nlohmann::ordered_json::array();
  for (const auto& [key, plugin] : registry.entries()) {
    const auto& info = plugin.entry->info;
    plugins.push_back({{"kind", to_string(key.first)},
                       {"id", info.id},
                       {"version", info.version},
                       {"summary", info.summary},
                       {"citation", info.citation},
                       {"authors", info.authors},
                       {"address", info.address},
                       {"license", info.license},
                       {"needs", names_of(info.needs)},
                       {"offers", names_of(info.offers)},
                       {"reads", names_of(info.reads)},
                       {"columns", info.columns},
                       {"library", plugin.library.string()}});
  }
  auto doors = nlohmann::ordered_json::array();
  for (const auto& id : door_ids()) {
    const auto& info = door_info(id);
    doors.push_back({{"id", info.id}, {"version", info.version}, {"summary", info.summary}});
  }
  auto refused = nlohmann::ordered_json::array();
  for (const auto& [library, reason] : registry.refused())
    refused.push_back({{"library", library.string()}, {"reason", reason}});
  return {{"plugins", plugins}, {"doors", doors}, {"refused", refused}};
}

void print_lines(const Registry& registry) {
  std::vector<std::pair<const char*, const Info*>> all;
  for (const auto& [key, plugin] : registry.entries())
    all.emplace_back(to_string(key.first), &plugin.entry->info);
  for (const auto& id : door_ids()) all.emplace_back("door", &door_info(id));
  std::size_t id_width = 0, version_width = 0;
  for (const auto& [kind, info] : all) {
    id_width = std::max(id_width, info->id.size());
    version_width = std::max(version_width, info->version.size());
  }
  for (const auto& [kind, info] : all)
    std::cout << fmt::format("{:<8} {:<{}}  {:<{}}  {}\n", kind, info->id, id_width, info->version,
                             version_width, info->summary);
}

void print_citations(const Registry& registry) {
  for (const auto& [key, plugin] : registry.entries()) {
    const auto& info = plugin.entry->info;
    if (!info.citation.empty())
      std::cout << fmt::format("{} {}: {}\n", to_string(key.first), info.id, info.citation);
  }
}

int list(const ListArguments& options, const Globals& globals) {
  const auto registry = globals.registry();
  // They do not fail the listing: whoever needs one of them is told so by the command that does.
  for (const auto& [_, reason] : registry.refused())
    std::cerr << "refused: " << one_line(reason) << '\n';
  if (options.json) {
    std::cout << json_text(as_json(registry)) << '\n';
  } else if (options.citations) {
    print_citations(registry);
  } else {
    if (registry.entries().empty())
      std::cerr << "no plugins were found (lacuna doctor shows where they are looked for)\n";
    print_lines(registry);
  }
  return exit_code::ok;
}

}  // namespace

void add_list(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<ListArguments>();
  auto* command =
      app.add_subcommand("list", "Methods, datasets and metrics that were found, and doors");
  auto* json = command->add_flag("--json", options->json, "print JSON");
  command->add_flag("--citations", options->citations, "print where each idea comes from")
      ->excludes(json);
  add_examples(command,
               {"lacuna list", "lacuna list --plugins build/my_method", "lacuna list --citations"});
  on_run(command, globals, [options, &globals] { return list(*options, globals); });
}

}  // namespace lacuna
