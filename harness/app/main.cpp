// Reads the command line, runs the chosen subcommand, and is the last boundary for exceptions.
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "app/cli.hpp"
#include "lacuna/lacuna.hpp"
#include "support/failure.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

DataRoots Globals::data_roots() const {
  DataRoots roots{data};
  for (const auto& folder : data)
    if (!std::filesystem::is_directory(folder))
      throw ConfigError(folder.string() + ": no such folder (--data names a folder)");
  const char* environment = std::getenv("LACUNA_DATA");
  for (const auto& folder : CLI::detail::split(environment ? environment : "", ':'))
    if (!folder.empty()) roots.folders.emplace_back(folder);
  return roots;
}

void add_examples(CLI::App* command, const std::vector<std::string>& lines) {
  command->footer(fmt::format("Examples:\n  {}", fmt::join(lines, "\n  ")));
}

void on_run(CLI::App* command, Globals& globals, std::function<int()> body) {
  command->callback([&globals, body = std::move(body)] { globals.action = body; });
}

namespace {

// CLI11 says of a mistyped subcommand only that some subcommand is required.
std::string explained(const CLI::App& app, const CLI::ParseError& error, int argc, char** argv) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands({}))
    if (!command->get_group().empty()) names.push_back(command->get_name());
  if (app.get_subcommands().empty()) {
    for (int i = 1; i < argc; ++i) {
      const std::string word = argv[i];
      if (word.starts_with("--plugins") || word.starts_with("--data")) {
        i += word.find('=') == word.npos;
      } else if (!word.starts_with("-")) {
        const auto hint = did_you_mean(word, names);
        return fmt::format(
            "{}: no such subcommand{}", word,
            hint.empty() ? fmt::format(" (known: {})", fmt::join(names, ", ")) : hint);
      }
    }
  }
  std::string text = error.what();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  for (auto& c : text)
    if (c == '\n') c = ' ';
  return text + " (see --help)";
}

int complain(const std::string& message, int code) {
  std::cout.flush();
  std::cerr << "error: " << short_line(message) << '\n';
  return code;
}

int run(int argc, char** argv) {
  CLI::App app("Benchmarks knowledge unlearning of foundation models.", "lacuna");
  app.set_version_flag("--version", "lacuna " LACUNA_VERSION "\n" LACUNA_BUILD_ID);
  app.require_subcommand(1);
  app.fallthrough();
  Globals globals;
  app.add_option("--plugins", globals.plugins,
                 "a folder of plugins, or one plugin file, to load as well (repeatable)")
      ->type_name("PATH")
      ->allow_extra_args(false);
  app.add_option("--data", globals.data, "a folder that holds data (repeatable; then LACUNA_DATA)")
      ->type_name("DIR")
      ->allow_extra_args(false);
#define LACUNA_COMMAND(name) add_##name(app, globals);
#include "app/commands.def"
#undef LACUNA_COMMAND
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help, --version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return complain(explained(app, e, argc, argv), exit_code::users_mistake);
  }
  const int code = globals.action();
  std::cout.flush();
  if (!std::cout) return complain("stdout: cannot be written", exit_code::plugin_failure);
  return code;
}

}  // namespace
}  // namespace lacuna

namespace {

// A file opened where standard input, output or error is missing would take what is said there.
void open_standard_descriptors() {
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) == -1) open("/dev/null", O_RDWR);  // takes the lowest free one
}

}  // namespace

int main(int argc, char** argv) {
  open_standard_descriptors();
  try {
    return lacuna::run(argc, argv);
  } catch (...) {
    const auto failure = lacuna::failure_of(std::current_exception());
    const bool mistake = failure.cause == lacuna::Failure::Cause::users_mistake;
    return lacuna::complain(failure.message, mistake ? lacuna::exit_code::users_mistake
                                                     : lacuna::exit_code::plugin_failure);
  }
}
