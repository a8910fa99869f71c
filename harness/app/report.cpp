#include "report/report.hpp"

#include <iostream>
#include <memory>

#include "app/cli.hpp"

namespace lacuna {

void add_report(CLI::App& app, Globals& globals) {
  struct Options {
    std::vector<std::filesystem::path> folders;
    std::filesystem::path out;
    bool markdown = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand(
      "report", "The leaderboard of a results folder, as a page, as JSON and as text");
  command->add_option("DIR", options->folders, "folders that 'lacuna run' wrote")->required();
  command->add_option(
      "--out", options->out,
      "folder for index.html and leaderboard.json (of several DIRs: one folder each in it)");
  command->add_flag("--markdown", options->markdown, "print the table as Markdown");
  add_examples(command, {"lacuna report results/demo --out reports/demo"});
  on_run(command, globals, [options] {
    const auto style = options->markdown ? report::TableStyle::markdown : report::TableStyle::plain;
    std::cout << report::make_reports(options->folders, options->out, style);
    if (!options->out.empty()) std::cerr << "report: " << options->out.string() << '\n';
    return exit_code::ok;
  });
}

}  // namespace lacuna
