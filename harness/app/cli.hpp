// The `lacuna` command line: what its subcommands share, and how one is added.
//
// A subcommand is one file, app/<name>.cpp, and one line in app/commands.def. The file defines
//
//   namespace lacuna {
//   void add_status(CLI::App& app, Globals& globals) {
//     struct Options { std::filesystem::path folder; bool json = false; };
//     auto options = std::make_shared<Options>();
//     auto* command = app.add_subcommand("status", "What a results folder holds");
//     command->add_option("DIR", options->folder, "a folder of results")->required();
//     command->add_flag("--json", options->json, "print JSON");
//     on_run(command, globals, [options, &globals] { return print_status(*options, globals); });
//   }
//   }  // namespace lacuna
//
// and commands.def gets `LACUNA_COMMAND(status)`. The body returns the exit code, or throws: main
// prints what a lacuna::Error says after "error: ", on one line of stderr, and exits with 2
// (ConfigError) or 3 (all else). Results go to stdout, all other words to stderr. The global
// options (--plugins, --data) are accepted after the subcommand's name too, so a subcommand does
// not define them: it asks globals.registry() and globals.data_roots(). A subcommand that is not
// for people (worker) hides with command->group("").
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "plugin/registry.hpp"

namespace lacuna {

// Exit codes. A subcommand that runs cells returns some_failed when any of them ended in a failure.
namespace exit_code {
inline constexpr int ok = 0, some_failed = 1, users_mistake = 2, plugin_failure = 3;
}

// What the options before or after any subcommand say.
struct Globals {
  std::vector<std::filesystem::path> plugins;  // --plugins, in order
  std::vector<std::filesystem::path> data;     // --data, in order
  std::function<int()> action;                 // set by the subcommand that was chosen

  // Loads every plugin (0.1 s or so). Throws ConfigError if a folder given by --plugins does not
  // exist.
  Registry registry() const { return load_plugins(plugins); }

  // --data, then LACUNA_DATA (colon-separated). Throws ConfigError if a folder given by --data does
  // not exist.
  DataRoots data_roots() const;
};

// Puts command lines that somebody would type below the command's --help.
void add_examples(CLI::App* command, const std::vector<std::string>& lines);

// Has `body` run after the whole command line was read, if `command` was chosen.
void on_run(CLI::App* command, Globals& globals, std::function<int()> body);

#define LACUNA_COMMAND(name) void add_##name(CLI::App& app, Globals& globals);
#include "app/commands.def"
#undef LACUNA_COMMAND

}  // namespace lacuna
