// `lacuna status`: how far the runs in a folder of results are.
#include "run/status.hpp"

#include <fmt/format.h>

#include <iostream>

#include "app/cli.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

void print_cell(const nlohmann::json& cell) {
  const auto text = [&](const char* name) { return cell.at(name).get<std::string>(); };
  auto name = fmt::format("{} / {} / {}", text("model"), text("request"), text("label"));
  if (cell.contains("attack")) name += ", then " + text("attack");
  name = one_line(name);
  if (cell.contains("reason"))
    fmt::print("  {} {}: {}\n", text("status"), name, short_line(text("reason")));
  if (!cell.contains("failed_metrics")) return;
  for (const auto& [metric, reason] : cell.at("failed_metrics").items())
    fmt::print("  metric failed {}: {}: {}\n", name, one_line(metric),
               short_line(reason.get<std::string>()));
}

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
               one_line(suite.at("name").get<std::string>()), suite.at("cells").size(),
               totals.at("ok").get<int>(), totals.at("failed").get<int>(),
               totals.at("not_applicable").get<int>(), totals.at("running").get<int>(),
               totals.at("missing").get<int>(),
               damaged > 0 ? fmt::format(", {} damaged (run the suite again)", damaged) : "");
    const auto& jobs = suite.at("jobs");
    fmt::print("  jobs: {} done", jobs.at("done").get<int>());
    for (const auto* state : {"failed", "damaged", "missing"})
      if (const int n = jobs.at(state).get<int>(); n > 0) fmt::print(", {} {}", n, state);
    fmt::print("\n");
    for (const auto& cell : suite.at("cells")) print_cell(cell);
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
  add_examples(command, {"lacuna status results/demo"});
  on_run(command, globals, [options] { return print_status(options->folder, options->json); });
}

}  // namespace lacuna
