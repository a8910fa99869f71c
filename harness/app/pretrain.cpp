// `lacuna pretrain RECIPE.json --out FOLDER`: a small CLIP from scratch.
#include "train/pretrain.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <iostream>

#include "app/cli.hpp"
#include "data/parts.hpp"
#include "lacuna/error.hpp"
#include "run/machine/compute.hpp"

namespace lacuna {

namespace {

struct PretrainArguments {
  std::filesystem::path recipe, out;
  std::string device = "cpu";
  int threads = 0;
};

int run_pretrain(const PretrainArguments& options, const Globals& globals) {
  const auto recipe = read_recipe(options.recipe);
  const auto device = prepare_compute(options.device, options.threads);
  const auto registry = globals.registry();
  const auto roots = globals.data_roots();
  std::vector<std::unique_ptr<Dataset>> datasets;
  for (const auto& data : recipe.data) {
    const auto& plugin = registry.find(Kind::dataset, data.dataset);
    datasets.push_back(guarded(
        data.dataset, [&] { return make_dataset(*plugin.entry, data.params, data.parts, roots); }));
  }

  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const bool live = isatty(STDERR_FILENO) != 0;
  pretrain(recipe, datasets, roots.find(recipe.vocabulary), options.out, device,
           [&](const PretrainProgress& p) {
             const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
             const bool epoch_ends = p.step == p.steps;
             if (!live && !epoch_ends) return;
             fmt::print(stderr, "{}epoch {}/{}  step {}/{}  loss {:.4f}  {:.0f} s{}",
                        live ? "\r" : "", p.epoch + 1, p.epochs, p.step, p.steps, p.loss, seconds,
                        epoch_ends || !live ? "\n" : "");
           });
  fmt::print("{}: written\n", (options.out / "model.safetensors").string());
  return exit_code::ok;
}

}  // namespace

void add_pretrain(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<PretrainArguments>();
  auto* command =
      app.add_subcommand("pretrain", "Train a small CLIP from scratch, as a recipe says");
  command->add_option("RECIPE", options->recipe, "a recipe file (models/*/recipe.json)")
      ->required();
  command
      ->add_option("--out", options->out,
                   "the model folder to write; goes on where an interrupted run stopped")
      ->required();
  command->add_option("--device", options->device, "cpu, cuda or cuda:<i>");
  command->add_option("--threads", options->threads,
                      "threads (default: all cores); part of what makes equal bytes");
  add_examples(command, {"lacuna pretrain models/demo/recipe.json --out my_model"});
  on_run(command, globals, [options, &globals] { return run_pretrain(*options, globals); });
}

}  // namespace lacuna
