// `lacuna plan`: what a suite would run, what of it is there already, and what the rest would cost.
#include "run/plan.hpp"

#include <fmt/format.h>

#include <iostream>

#include "app/cli.hpp"
#include "run/collect.hpp"
#include "run/estimate.hpp"
#include "run/progress.hpp"

namespace lacuna {
namespace {

struct Options {
  std::string suite;
  std::filesystem::path out;
  std::vector<std::int64_t> seeds;
};

std::string state_of(const PlannedCell& cell, const Plan& plan, const Store& store) {
  if (cell.status == "failed") return "no data";
  if (cell.status == "not_applicable") return "not applicable";
  nlohmann::json stored;
  const auto found = look_up(cell, plan, store, {}, stored);
  if (found == Stored::missing) return "to run";
  if (found == Stored::other_metrics) return "metrics to compute";
  return stored.at("status") == "ok" ? "there" : "there (failed)";
}

int print_plan(const Options& options, const Globals& globals) {
  const auto registry = globals.registry();
  auto suite = read_suite(find_suite(options.suite));
  if (!options.seeds.empty()) set_seeds(suite, options.seeds);
  const auto plan = make_plan(suite, registry, globals.data_roots());
  for (const auto& warning : plan.warnings) std::cerr << "warning: " << warning << '\n';
  const Store store(options.out);
  const Estimate estimate(store);
  std::map<std::string, int> totals;
  double seconds = 0;
  std::int64_t unknown = 0;
  for (const auto& cell : plan.cells) {
    const auto state = state_of(cell, plan, store);
    ++totals[state];
    std::string note = cell.reason;
    if (state == "to run") {
      const auto cost = estimate.seconds(cell.method);
      note = cost ? "about " + duration_text(*cost) : "";
      seconds += cost.value_or(0);
      unknown += !cost;
    }
    fmt::print("{}  {:<18} {} / {} / {}, seed {}  {}\n", cell.key, state, cell.model, cell.request,
               cell.label, cell.seed, note);
  }
  fmt::print("{}: {} cells", plan.name, plan.cells.size());
  for (const auto& [state, count] : totals) fmt::print(", {} {}", count, state);
  if (seconds > 0) fmt::print("; about {} of work", duration_text(seconds));
  if (unknown > 0) fmt::print("; {} of unknown cost", unknown);
  fmt::print("\n");
  return exit_code::ok;
}

}  // namespace

void add_plan(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<Options>();
  auto* command =
      app.add_subcommand("plan", "What a suite would run, and what of it is there already");
  command->add_option("SUITE", options->suite, "a suite's name or file (docs/suites.md)")
      ->required();
  command->add_option("--out", options->out, "a folder of results to compare with");
  command->add_option("--seeds", options->seeds, "1,2,3 instead of the suite's")
      ->delimiter(',')
      ->allow_extra_args(false);
  on_run(command, globals, [options, &globals] { return print_plan(*options, globals); });
}

}  // namespace lacuna
