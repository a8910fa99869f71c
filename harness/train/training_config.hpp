// How the harness's unlearning loop runs: everything a suite may set, with the paper's values as
// defaults where it has them (Tan & Gong, 2026; learning rates depend on the model and
// must be set by the suite).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lacuna/params.hpp"
#include "support/compute_mode.hpp"

namespace lacuna {

inline const std::vector<std::string> kCheckpointRules{"train", "released", "last", "validation"};

struct TrainingConfig {
  double learning_rate = 1e-7;
  std::int64_t epochs = 8;
  std::int64_t batch_size = 32;
  double weight_decay = 1e-5, eps = 1e-6, beta1 = 0.9, beta2 = 0.999;
  // See run_loop(): which epoch's weights are kept.
  std::string checkpoint = "train";
  // Of the forgetting set, held out when checkpoint = validation.
  double validation_fraction = 0.1;
  // float32 | tf32 | bfloat16 (autocast; master weights stay float32)
  std::string precision = "float32";
  // single: one random template a step | ensemble: all of them
  std::string student_prompts = "single";
  // single: the student's template of that step | ensemble
  std::string teacher_prompts = "single";
  // Low-rank adapters in place of the weights (lora.hpp); 0: none.
  std::int64_t lora_rank = 0;
  double lora_scale = 1;
  std::vector<std::string> lora_weights = {};

  void visit(auto&& field) {
    field("learning_rate", learning_rate, Field{.help = "AdamW's step size at epoch 0", .min = 0});
    field("epochs", epochs, Field{.help = "passes over the forgetting set", .min = 1});
    field("batch_size", batch_size,
          Field{.help = "forget samples a step; the last batch is kept", .min = 1});
    field("weight_decay", weight_decay, Field{.help = "decoupled, on every tensor", .min = 0});
    field("eps", eps, Field{.help = "AdamW's epsilon", .min = 0});
    field("beta1", beta1, Field{.help = "AdamW's first moment", .min = 0, .max = 1});
    field("beta2", beta2, Field{.help = "AdamW's second moment", .min = 0, .max = 1});
    field("checkpoint", checkpoint,
          Field{.help = "which epoch's weights are kept", .choices = kCheckpointRules});
    field("validation_fraction", validation_fraction,
          Field{.help = "share of the forgetting set held out for checkpoint = validation",
                .min = 0,
                .max = 0.9});
    field("precision", precision, Field{.help = "compute precision", .choices = kPrecisions});
    field("student_prompts", student_prompts,
          Field{.help = "templates of a training step", .choices = {"single", "ensemble"}});
    field("teacher_prompts", teacher_prompts,
          Field{.help = "templates of the teacher", .choices = {"single", "ensemble"}});
    field("lora_rank", lora_rank,
          Field{.help = "rank of the adapters that train in place of matrices; 0: none", .min = 0});
    field("lora_scale", lora_scale, Field{.help = "of an adapter's product", .min = 0});
    field("lora_weights", lora_weights,
          Field{.help = "beginnings of the names of matrices that get one; empty: all"});
  }
};

// All values, as a result records them; those of LoRA only where there is some, so that what never
// had any keeps its key.
inline nlohmann::json recorded(const TrainingConfig& config) {
  auto out = resolved(config);
  if (config.lora_rank == 0)
    for (const auto* name : {"lora_rank", "lora_scale", "lora_weights"}) out.erase(name);
  return out;
}

// Regularisers that the suite adds to any objective: weight x KL(teacher || student) over the
// questions of a name, see kl_terms().
struct KlConfig {
  double coarse = 0, fine = 0;
  // batch: mean over samples | numel: also divided by the columns, as the released code
  std::string reduction = "batch";

  void visit(auto&& field) {
    field("coarse", coarse, Field{.help = "weight of the coarse KL term", .min = 0});
    field("fine", fine,
          Field{.help = "weight of the fine KL term over non-target classes", .min = 0});
    field("reduction", reduction,
          Field{.help = "what the KL sum is divided by", .choices = {"batch", "numel"}});
  }
};

}  // namespace lacuna
