// Runs the jobs of a plan in worker processes and collects what they leave into a results folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "run/executor.hpp"
#include "run/jobs/graph.hpp"
#include "run/jobs/run_options.hpp"
#include "run/machine/progress.hpp"
#include "run/results/store.hpp"

namespace lacuna {

// One line a distinct cell of the plan.
struct RunSummary {
  std::int64_t cells = 0, ok = 0, failed = 0, not_applicable = 0;
  std::int64_t cached = 0;  // of all these, those of which no set, unlearn or predict job ran
  // Jobs that this run did, and the worker processes that it took.
  std::int64_t unlearned = 0, predicted = 0, scored = 0, workers = 0;
  // "label, seed: reason"; metrics that failed are among them, though their cells are ok.
  std::vector<std::string> failures;
  // What the machine kept from being run or stored ("label, seed: reason"): no result of anything,
  // and run again by the next run. What failed and could not be stored is among the failures.
  std::vector<std::string> not_run;
  bool interrupted = false;
};

// Makes the plan in workers of its own, so that no plugin ever enters this process. Throws
// ConfigError or PluginError as make_plan does; PluginError if a worker crashes.
Plan plan_in_worker(const std::filesystem::path& suite,
                    const std::vector<std::filesystem::path>& plugins, const DataRoots& roots,
                    const Store& store, const RunOptions& options);

// Every job of the plan's cells that is not there yet. Writes plans/<suite>.json first. Safe beside
// another run in the same folder: a job that is being worked on elsewhere is waited for. Whatever
// goes wrong with one job is that job's result, and a line in the summary. Throws Error if the plan
// cannot be written.
RunSummary run_plan(const Plan& plan, const Store& store, const RunOptions& options,
                    Executor& executor, Display& display);

}  // namespace lacuna
