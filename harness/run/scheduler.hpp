// Runs the cells of a plan in worker processes and collects what they leave into a results folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "run/plan.hpp"
#include "run/progress.hpp"
#include "run/store.hpp"

namespace lacuna {

struct RunOptions {
  std::filesystem::path program = "/proc/self/exe";  // a `lacuna` that has the worker subcommand
  int jobs = 1;                                      // workers at a time
  int threads = 1;                                   // of each worker
  double cell_timeout = 0;  // seconds for all steps of a cell together; 0: none
  std::string device = "cpu";
  std::vector<std::int64_t> seeds = {};  // instead of the suite's; empty: the suite's
  bool retry_failed = false;             // run failed cells again
  bool keep_weights = false;             // keep unlearned weights in weights/<key>.safetensors
  std::function<bool()> interrupted = [] { return false; };  // asked several times a second
};

// One line a distinct cell of the plan.
struct RunSummary {
  std::int64_t cells = 0, ok = 0, failed = 0, not_applicable = 0;
  std::int64_t cached = 0;             // of all these, those that were there already
  std::int64_t scored_again = 0;       // of those, the ones whose metrics were computed
  std::set<std::string> metrics = {};  // and which metrics these were
  std::vector<std::string> failures;   // "label, seed: reason"
  // What the machine kept from being run or stored ("label, seed: reason"): no result of anything,
  // and run again by the next run. Failed cells of which nothing could be stored are among the
  // failures.
  std::vector<std::string> not_run;
  bool interrupted = false;
};

// Thrown out of planning when RunOptions::interrupted says so.
class Interrupted : public Error {
 public:
  Interrupted() : Error("interrupted: the same command goes on from here") {}
};

// Makes the plan in a worker of its own, so that no plugin ever enters this process. Throws
// ConfigError or PluginError as make_plan does; PluginError if the worker crashes.
Plan plan_in_worker(const std::filesystem::path& suite,
                    const std::vector<std::filesystem::path>& plugins, const DataRoots& roots,
                    const Store& store, const RunOptions& options);

// Every cell of `plan` that is not there yet. Writes plans/<suite>.json first. Safe beside another
// run in the same folder: a cell that is being worked on elsewhere is waited for. Must be called
// from the main thread: workers die with the thread that started them. Whatever goes wrong with one
// cell is that cell's line in the summary. Throws Error if the plan cannot be written.
RunSummary run_plan(const Plan& plan, const Store& store, const RunOptions& options,
                    Display& display);

}  // namespace lacuna
