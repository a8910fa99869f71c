// `lacuna eval MODEL --dataset ID`: zero-shot accuracy of any model folder on any dataset.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <iostream>

#include "app/cli.hpp"
#include "fetch/model_names.hpp"
#include "lacuna/error.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/weights/checkpoint.hpp"
#include "run/machine/compute.hpp"
#include "run/plan/completeness.hpp"
#include "support/compute_mode.hpp"
#include "support/files.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

namespace {

struct EvalArguments {
  std::string model, dataset, params = "{}", split = "test", device = "cpu", precision = "float32";
  bool json = false, per_class = false;
};

nlohmann::json parse_params(const std::string& text) {
  auto params = parse_json(text);
  if (params.is_discarded())
    throw ConfigError("--params: '" + text +
                      "' is not JSON (for example '{\"style\": \"sketch\"}')");
  return params;
}

nlohmann::json per_class(const Predicted& predicted) {
  auto rows = nlohmann::json::array();
  const auto& fine = predicted.asked.front();
  const auto right = hits(predicted, fine);
  for (std::size_t i = 0; i < predicted.taxonomy.fine.size(); ++i) {
    const auto mine = fine.target.eq(static_cast<std::int64_t>(i));
    rows.push_back(
        {{"name", predicted.taxonomy.fine[i]},
         {"fine",
          {right.logical_and(mine).sum().item<std::int64_t>(), mine.sum().item<std::int64_t>()}}});
  }
  return rows;
}

void print_count(const char* level, const nlohmann::json& count) {
  const double correct = count[0], n = count[1];
  fmt::print("{:<7} {:>6} / {:<6} {:6.2f} %\n", level, correct, n, 100 * correct / n);
}

int run_eval(const EvalArguments& options, const Globals& globals) {
  const auto device = prepare_compute(options.device, /*threads=*/0);
  const auto registry = globals.registry();
  const auto& plugin = registry.find(Kind::dataset, options.dataset);
  const auto params = parse_params(options.params);
  const auto roots = globals.data_roots();
  auto checkpoint =
      load_checkpoint(find_model(options.model, "", roots).path, {.data = roots.folders});
  const auto model_hash = checkpoint_hash(checkpoint);
  for (auto& [_, tensor] : checkpoint.weights) tensor = tensor.to(device);
  std::string incomplete;
  const auto dataset = guarded(options.dataset, [&] {
    auto opened = plugin.entry->make_dataset(params, globals.data_roots());
    incomplete = incompleteness(*opened, options.split);
    return opened;
  });
  const auto predicted = naming(options.dataset, [&] {
    return predict({checkpoint.config, checkpoint.weights}, checkpoint.tokenizer, *dataset,
                   options.split, options.precision);
  });

  nlohmann::json result{{"model", options.model},     {"model_hash", model_hash},
                        {"dataset", options.dataset}, {"params", plugin.entry->resolve(params)},
                        {"split", options.split},     {"precision", options.precision}};
  for (const auto& asked : predicted.asked)
    result[asked.question] = {hits(predicted, asked).sum().item<std::int64_t>(),
                              asked.target.size(0)};
  if (options.per_class) result["per_class"] = per_class(predicted);
  if (!incomplete.empty()) result["incomplete"] = incomplete;
  if (options.json) {
    fmt::print("{}\n", json_text(result));
    return exit_code::ok;
  }
  if (!incomplete.empty())
    fmt::print("note: {}, {}: {} (lacuna data check {})\n", options.dataset, options.split,
               incomplete, options.dataset);
  print_count("fine", result["fine"]);
  if (result.contains("coarse")) print_count("coarse", result["coarse"]);
  for (const auto& row : result.value("per_class", nlohmann::json::array()))
    print_count(one_line(row["name"].get<std::string>()).c_str(), row["fine"]);
  return exit_code::ok;
}

}  // namespace

void add_eval(CLI::App& app, Globals& globals) {
  auto options = std::make_shared<EvalArguments>();
  auto* command =
      app.add_subcommand("eval", "Zero-shot accuracy of a model on a dataset, fine and coarse");
  command
      ->add_option("MODEL", options->model,
                   "a model's folder or .pt file, or a name (openai/ViT-B-32)")
      ->required();
  command->add_option("--dataset", options->dataset, "a dataset plugin's id")->required();
  command->add_option("--params", options->params, "the dataset's parameters, as JSON");
  command->add_option("--split", options->split, "which split");
  command->add_option("--device", options->device, "cpu, cuda or cuda:<i>");
  command
      ->add_option("--precision", options->precision,
                   "of the towers: float32, tf32 or bfloat16 (docs/gpu.md)")
      ->check(CLI::IsMember(kPrecisions))
      ->capture_default_str();
  command->add_flag("--json", options->json, "print JSON");
  command->add_flag("--per-class", options->per_class, "counts of every fine class as well");
  add_examples(command,
               {"lacuna eval models/demo --dataset shapes",
                "lacuna eval openai/ViT-B-32 --dataset oxford_pet --data ~/data --per-class"});
  on_run(command, globals, [options, &globals] { return run_eval(*options, globals); });
}

}  // namespace lacuna
