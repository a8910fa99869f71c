// `lacuna status`: how far the runs in a folder of results are.
#include "run/status.hpp"

#include <fmt/format.h>

#include <iostream>

#include "app/cli.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

int print_status(const std::filesystem::path& folder, bool as_json) {
  const auto status = folder_status(folder);
  if (as_json) {
    std::cout << json_text(status) << '\n';
    return exit_code::ok;
  }
  for (const auto& suite : status.at("suites")) {
    const auto& totals = suite.at("totals");
    const auto damaged = totals.at("damaged").get<int>();
    fmt::print("{}: {} cells: {} ok, {} failed, {} not applicable, {} running, {} missing{}\n",
               suite.at("name").get<std::string>(), suite.at("cells").size(),
               totals.at("ok").get<int>(), totals.at("failed").get<int>(),
               totals.at("not_applicable").get<int>(), totals.at("running").get<int>(),
               totals.at("missing").get<int>(),
               damaged > 0 ? fmt::format(", {} damaged (run the suite again)", damaged) : "");
    for (const auto& cell : suite.at("cells")) {
      if (!cell.contains("reason")) continue;
      fmt::print("  {} {} / {} / {}: {}\n", cell.at("status").get<std::string>(),
                 cell.at("model").get<std::string>(), cell.at("request").get<std::string>(),
                 cell.at("label").get<std::string>(),
                 short_line(cell.at("reason").get<std::string>()));
    }
  }
  return exit_code::ok;
}

}  // namespace

void add_status(CLI::App& app, Globals& globals) {
  struct Options {
    std::filesystem::path folder;
    bool json = false;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("status", "How far the runs in a folder of results are");
  command->add_option("DIR", options->folder, "a folder that `lacuna run --out` made")->required();
  command->add_flag("--json", options->json, "print JSON");
  on_run(command, globals, [options] { return print_status(options->folder, options->json); });
}

}  // namespace lacuna
