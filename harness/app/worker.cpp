// `lacuna worker`: one step of a cell, in a process of its own. Started by `lacuna run`, not by
// people.
#include "run/steps/worker.hpp"

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "app/cli.hpp"

namespace lacuna {

void add_worker(CLI::App& app, Globals& globals) {
  struct Options {
    std::string step;
    std::filesystem::path job;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("worker", "One step of a cell");
  command->group("");
  command->add_option("STEP", options->step)->required();
  command->add_option("--job", options->job)->required();
  on_run(command, globals, [options] {
    const int status = run_worker(options->step, options->job);
    std::cout.flush();
    std::fflush(nullptr);
    // The result is there: nothing that a plugin has left for the end of the process may hold it
    // up.
    std::_Exit(status);
    return status;
  });
}

}  // namespace lacuna
