// lacuna_speed: how long an evaluation and training steps take, as JSON, and what they computed.
// scripts/compare_speed.py sets it beside plain PyTorch (bench/reference) on the same work.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "bench/speed/measurement.hpp"
#include "fetch/model_names.hpp"
#include "lacuna/error.hpp"
#include "plugin/registry.hpp"
#include "run/machine/compute.hpp"
#include "support/compute_mode.hpp"
#include "support/failure.hpp"

namespace lacuna::speed {
namespace {

using nlohmann::json;

struct Options {
  std::string model, dataset = "imgnet_dogs", split = "test", device = "cpu";
  std::string precision = "float32";
  std::vector<std::filesystem::path> data, plugins;
  std::filesystem::path workload, outputs;
  Settings settings;
  std::int64_t rounds = 3;
  int threads = 1;
  bool json = false;
};

void read_options(CLI::App& app, Options& options) {
  auto& settings = options.settings;
  app.add_option("--model", options.model, "a model's folder or .pt file, or a name")->required();
  app.add_option("--data", options.data, "a folder that holds data (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--plugins", options.plugins, "a folder of plugins to load as well (repeatable)")
      ->allow_extra_args(false);
  app.add_option("--dataset", options.dataset, "a data set with coarse names");
  app.add_option("--split", options.split, "which split");
  app.add_option("--pictures", settings.pictures, "the first of the split")
      ->check(CLI::PositiveNumber);
  app.add_option("--device", options.device, "cpu, cuda or cuda:<i>");
  app.add_option("--precision", options.precision, "float32, tf32 or bfloat16")
      ->check(CLI::IsMember(kPrecisions));
  app.add_option("--eval-batch", settings.eval_batch, "pictures encoded at once")
      ->check(CLI::PositiveNumber);
  app.add_option("--train-batch", settings.train_batch, "pictures a step")
      ->check(CLI::PositiveNumber);
  app.add_option("--steps", settings.steps, "training steps a round; 0: no training")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--learning-rate", settings.learning_rate, "AdamW's step size")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--rounds", options.rounds, "measured rounds after the warm-up; 0: none at all")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--threads", options.threads, "on the CPU")->check(CLI::PositiveNumber);
  app.add_option("--workload", options.workload, "file to write the work into");
  app.add_option("--outputs", options.outputs, "file to write what was computed into");
  app.add_flag("--json", options.json, "print JSON");
}

void print(const json& facts, bool as_json) {
  if (as_json) {
    fmt::print("{}\n", facts.dump(2));
    return;
  }
  const auto& evaluation = facts["evaluation"];
  const auto& training = facts["training"];
  if (!evaluation["pictures_per_second"].is_null())
    fmt::print("{:.2f} pictures a second\n", evaluation["pictures_per_second"].get<double>());
  if (!training["steps_per_second"].is_null())
    fmt::print("{:.3f} training steps a second\n", training["steps_per_second"].get<double>());
}

int run(int argc, char** argv) {
  CLI::App app("Measures an evaluation and training steps of a model.", "lacuna_speed");
  Options options;
  read_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& e) {  // --help
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    throw ConfigError(fmt::format("{} (see --help)", e.what()));
  }
  const auto device = prepare_compute(options.device, options.threads);
  const DataRoots roots{options.data};
  const auto registry = load_plugins(options.plugins);
  const auto& plugin = registry.find(Kind::dataset, options.dataset);
  const auto& nhl = *registry.find(Kind::method, "nhl").entry;
  const auto path = find_model(options.model, "", roots).path;
  auto model = load_checkpoint(path, {.data = roots.folders});
  auto task = guarded(options.dataset, [&] {
    const auto dataset = plugin.entry->make_dataset(json::object(), roots);
    return load_task(*dataset, options.split, options.settings.pictures,
                     model.config.vision.image_size);
  });
  if (!options.workload.empty()) save_workload(options.workload, task, options.settings, model);

  Measurement measurement(options.settings, options.precision, std::move(model), std::move(task),
                          nhl, device);
  if (options.rounds > 0) measurement.warm_up();
  for (std::int64_t round = 0; round < options.rounds; ++round) measurement.round();
  if (options.rounds > 0 && !options.outputs.empty()) measurement.save_outputs(options.outputs);
  auto facts = measurement.facts();
  facts.update({{"program", "lacuna"},
                {"version", LACUNA_VERSION},
                {"model", path.string()},
                {"device", options.device},
                {"precision", options.precision},
                {"threads", options.threads},
                {"rounds", options.rounds}});
  print(facts, options.json);
  return 0;
}

}  // namespace
}  // namespace lacuna::speed

int main(int argc, char** argv) {
  try {
    return lacuna::speed::run(argc, argv);
  } catch (...) {
    const auto failure = lacuna::failure_of(std::current_exception());
    std::cerr << "error: " << failure.message << '\n';
    return failure.cause == lacuna::Failure::Cause::users_mistake ? 2 : 3;
  }
}
