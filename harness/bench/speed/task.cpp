#include "bench/speed/task.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <numeric>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/pictures/pictures.hpp"
#include "model/weights/safetensors.hpp"
#include "train/proxies.hpp"

namespace lacuna::speed {
namespace {

at::Tensor padded_tokens(const Task& task, Level level, const Checkpoint& model) {
  const auto context = model.config.text.context_length;
  std::vector<at::Tensor> of_templates;
  for (const auto& prompt : task.templates) {
    const auto tokens = prompt_tokens(model.tokenizer, prompt, task.taxonomy.names(level), context);
    of_templates.push_back(at::constant_pad_nd(tokens, {0, context - tokens.size(1)}));
  }
  return at::stack(of_templates);
}

}  // namespace

LoopOptions Settings::loop(const std::string& precision) const {
  TrainingConfig training;
  training.learning_rate = learning_rate;
  training.epochs = 1;
  training.batch_size = train_batch;
  training.weight_decay = weight_decay;
  training.eps = eps;
  training.checkpoint = "last";
  training.precision = precision;
  training.student_prompts = "single";
  training.teacher_prompts = "ensemble";
  return {training, {.coarse = kl_coarse, .fine = kl_fine, .reduction = "numel"}, seed};
}

Samples Task::forgetting_set(std::int64_t steps, std::int64_t batch) const {
  const auto rows = at::arange(steps * batch, at::kLong).remainder(pixels.size(0));
  Samples set{.size = steps * batch,
              .images = pixels.index_select(0, rows),
              .taxonomy = taxonomy,
              .templates = templates};
  ask_to_forget(set, fine.index_select(0, rows));
  return set;
}

Task load_task(const Dataset& dataset, const std::string& split, std::int64_t pictures,
               std::int64_t image_size) {
  Task task{dataset.taxonomy(), dataset.templates(), {}, {}, {}};
  if (!task.taxonomy.hierarchical())
    throw ConfigError(
        "--dataset: it has no coarse names, which the KL terms need (imgnet_dogs has)");
  const auto labels = dataset.labels(split);
  if (labels.size(0) < pictures)
    throw ConfigError(
        fmt::format("--pictures: '{}' has {}, not {}", split, labels.size(0), pictures));
  std::vector<std::int64_t> indices(static_cast<std::size_t>(pictures));
  std::iota(indices.begin(), indices.end(), 0);
  task.pixels = load_pictures(dataset, split, indices, image_size);
  task.fine = labels.slice(0, 0, pictures).clone();
  task.coarse = at::tensor(task.taxonomy.parent, at::kLong).index_select(0, task.fine);
  return task;
}

at::Tensor drawn_templates(const Settings& settings, const Task& task) {
  return at::randint(static_cast<std::int64_t>(task.templates.size()), {settings.steps},
                     make_generator(settings.seed, "prompt"), at::kLong);
}

void save_workload(const std::filesystem::path& path, const Task& task, const Settings& settings,
                   const Checkpoint& model) {
  NamedTensors tensors{{"pixels", task.pixels},
                       {"fine", task.fine},
                       {"coarse", task.coarse},
                       {"fine_tokens", padded_tokens(task, Level::fine, model)},
                       {"coarse_tokens", padded_tokens(task, Level::coarse, model)}};
  // As run_loop draws it (train/loop.hpp), from the set that forgetting_set() gives.
  const auto order = at::randperm(settings.steps * settings.train_batch,
                                  make_generator(settings.seed, "order"), at::kLong);
  tensors["train_rows"] = order.remainder(task.pixels.size(0));
  tensors["train_templates"] = drawn_templates(settings, task);
  const nlohmann::json stored{{"eval_batch", settings.eval_batch},
                              {"train_batch", settings.train_batch},
                              {"steps", settings.steps},
                              {"margin", settings.margin},
                              {"kl_coarse", settings.kl_coarse},
                              {"kl_fine", settings.kl_fine},
                              {"learning_rate", settings.learning_rate},
                              {"weight_decay", settings.weight_decay},
                              {"eps", settings.eps}};
  save_safetensors(path, tensors,
                   {{"format", "lacuna speed workload 1"}, {"settings", stored.dump()}});
}

}  // namespace lacuna::speed
