// `lacuna worker`: one step of a cell, in a process of its own. Started by `lacuna run`, not by
// people.
#include "run/worker.hpp"

#include "app/cli.hpp"

namespace lacuna {

void add_worker(CLI::App& app, Globals& globals) {
  struct Options {
    std::string step;
    std::filesystem::path job;
    pid_t parent = 0;
  };
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("worker", "One step of a cell");
  command->group("");
  command->add_option("STEP", options->step)->required();
  command->add_option("--job", options->job)->required();
  command->add_option("--parent", options->parent)->required();
  on_run(command, globals,
         [options] { return run_worker(options->step, options->job, options->parent); });
}

}  // namespace lacuna
