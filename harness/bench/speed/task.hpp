// The work that is measured: the same pictures, prompts, batches and templates for every program
// that takes part, handed over in one file.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "model/weights/checkpoint.hpp"
#include "train/loop.hpp"

namespace lacuna::speed {

// NHL+KL as on ImgnetDogs (docs/methods.md), for one epoch of `steps` full batches.
struct Settings {
  std::int64_t pictures = 256, eval_batch = 128, train_batch = 32, steps = 10;
  double margin = 2, kl_coarse = 10, kl_fine = 20;
  double learning_rate = 1e-7, weight_decay = 1e-5, eps = 1e-6;
  std::uint64_t seed = 1;

  // `precision` as TrainingConfig has it.
  LoopOptions loop(const std::string& precision) const;
};

struct Task {
  Taxonomy taxonomy;
  std::vector<std::string> templates;
  at::Tensor pixels;        // uint8 [P, 3, S, S]
  at::Tensor fine, coarse;  // int64 [P]

  // The forgetting set of `steps` batches: the pictures in turn, as often as it takes.
  Samples forgetting_set(std::int64_t steps, std::int64_t batch) const;
};

// The first pictures of a split. Throws ConfigError: fewer of them, no coarse names.
Task load_task(const Dataset& dataset, const std::string& split, std::int64_t pictures,
               std::int64_t image_size);

// The template of every step, as run_loop draws it: int64 [steps].
at::Tensor drawn_templates(const Settings& settings, const Task& task);

// pixels, fine, coarse as above; fine_tokens and coarse_tokens int64 [templates, names, context
// length], zero behind the end; and what the loop draws: train_rows int64 [steps * batch], a
// picture for each row of each batch, train_templates int64 [steps]. The settings are in the
// metadata.
void save_workload(const std::filesystem::path& path, const Task& task, const Settings& settings,
                   const Checkpoint& model);

}  // namespace lacuna::speed
