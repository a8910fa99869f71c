// `lacuna run`: runs what a suite asks for and is not there yet.
#include <fmt/format.h>

#include <csignal>
#include <iostream>

#include "app/cli.hpp"
#include "app/interruption.hpp"
#include "lacuna/error.hpp"
#include "run/local_slots.hpp"
#include "run/machine/machine.hpp"
#include "run/machine/orphans.hpp"
#include "run/scheduler.hpp"
#include "run/suite/suite.hpp"
#include "support/safe_text.hpp"

namespace lacuna {
namespace {

struct RunArguments {
  std::string suite;
  std::filesystem::path out;
  RunOptions run;
  std::string keep_weights = "4GB";
  int jobs = 0;
};

// Takes away the empty folders below and the folder itself, as far as they are empty.
void remove_empty(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> inner;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored))
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) inner.push_back(entry.path());
  for (const auto& path : inner) remove_empty(path);
  std::filesystem::remove(folder, ignored);  // fails where something is left
}

// A suite that cannot be planned leaves no folder behind that was not there.
Plan plan_or_leave_nothing(const RunArguments& options, const Globals& globals, const Store& store,
                           bool is_new) {
  try {
    return plan_in_worker(find_suite(options.suite), plugin_folders(globals.plugins),
                          globals.data_roots(), store, options.run);
  } catch (const Error&) {
    std::error_code ignored;
    const auto log = store.log("plan");
    if (std::filesystem::file_size(log, ignored) == 0) std::filesystem::remove(log, ignored);
    if (is_new) remove_empty(options.out);
    throw;
  }
}

// "ran 3 unlearn, 12 predict, 24 score in 9 processes; ", or nothing.
std::string jobs_that_ran(const RunSummary& summary) {
  if (summary.workers == 0) return "";
  return fmt::format("ran {} unlearn, {} predict, {} score in {}; ", summary.unlearned,
                     summary.predicted, summary.scored, counted(summary.workers, "process", "es"));
}

int run(RunArguments& options, const Globals& globals) {
  listen_for_interruptions();
  options.run.interrupted = [] { return interruption != 0; };
  options.run.jobs = workers_at_a_time(options.jobs, options.run.devices.front());
  try {
    options.run.keep_weights = weights_budget(options.keep_weights);
  } catch (const ConfigError& error) {
    throw ConfigError(std::string("--keep-weights: ") + error.what());
  }

  std::signal(SIGPIPE, SIG_IGN);  // nobody may read any more what is said on the way
  adopt_orphans();
  if (options.out.empty()) throw ConfigError("--out: is empty (name a folder)");
  options.out = std::filesystem::absolute(options.out);  // whatever a plugin's working folder is
  std::error_code ignored;
  const bool is_new = !std::filesystem::exists(options.out, ignored);
  const Store store(options.out);
  store.create();
  const auto start = std::chrono::steady_clock::now();
  Display display(stderr);
  RunSummary summary;
  std::string name;
  try {
    const auto plan = plan_or_leave_nothing(options, globals, store, is_new);
    for (const auto& warning : plan.warnings) display.line("warning: " + warning);
    name = plan.name;
    LocalSlots slots(options.run);
    summary = run_plan(plan, store, options.run, slots, display);
  } catch (const Interrupted&) {
    summary.interrupted = true;
  }
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
  if (summary.interrupted) {
    std::cerr << "interrupted: the same command goes on from here\n";
    return 128 + interruption;
  }
  std::cout << fmt::format(
      "{}: {} cells: {} ok, {} failed, {} not applicable{} ({} were there already); {}{}\n", name,
      summary.cells, summary.ok, summary.failed, summary.not_applicable,
      summary.not_run.empty() ? "" : fmt::format(", {} not run", summary.not_run.size()),
      summary.cached, jobs_that_ran(summary), duration_text(passed.count()));
  for (const auto& failure : summary.failures)
    std::cout << "  failed: " << short_line(failure) << '\n';
  for (const auto& reason : summary.not_run)
    std::cout << "  not run: " << short_line(reason) << '\n';
  if (!summary.not_run.empty()) std::cout << "the same command runs what was not run\n";
  return !summary.failures.empty() || !summary.not_run.empty() ? exit_code::some_failed
                                                               : exit_code::ok;
}

}  // namespace

void add_run(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<RunArguments>();
  auto* command = app.add_subcommand("run", "Run the cells of a suite that are not there yet");
  command->add_option("SUITE", options->suite, "a suite's name or file (docs/suites.md)")
      ->required();
  command->add_option("--out", options->out, "the folder of results; made if it is not there")
      ->required();
  command
      ->add_option("--device", options->run.devices,
                   "cpu, cuda, cuda:<i>, or several: cuda:0,cuda:1")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->capture_default_str();
  command
      ->add_option("--jobs", options->jobs,
                   "workers at a time, of each device (default: one a core, on a GPU one)")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--threads", options->run.threads,
                   "threads of a worker; another number may change last digits")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command
      ->add_option("--cell-timeout", options->run.job_timeout,
                   "seconds that one job of a cell may take, from when a worker begins it "
                   "(default: no limit)")
      ->check(CLI::PositiveNumber);
  command->add_option("--seeds", options->run.seeds, "1,2,3 instead of the suite's")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      ->add_option("--only", options->run.only,
                   "cells to run: method=nhl,seed=1 (docs/suites.md); again for others")
      ->allow_extra_args(false);
  command->add_flag("--retry-failed", options->run.retry_failed, "run failed jobs again");
  command
      ->add_option("--keep-weights", options->keep_weights,
                   "unlearned weights that stay in OUT/weights when nothing needs them: none, all, "
                   "or a size; the last used stay longest")
      ->capture_default_str();
  add_examples(command,
               {"lacuna run demo --out results/demo",
                "lacuna run my_suite.json --out results/mine --only 'method=npo,seed=1'",
                "lacuna run kt_table2 --out results/kt --data ~/data --device cuda:0,cuda:1"});
  on_run(command, globals, [options, &globals] { return run(*options, globals); });
}

}  // namespace lacuna
