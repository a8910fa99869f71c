// How the harness's unlearning loop runs: everything a suite may set, with the paper's values as defaults where it has
// them (Tan & Gong, 2026, section 4; learning rates depend on the model and must be set by the suite).
#pragma once

#include <cstdint>
#include <string>

#include "lacuna/params.hpp"
#include "support/compute_mode.hpp"

namespace lacuna {

struct TrainingConfig {
  double learning_rate = 1e-7;
  std::int64_t epochs = 8;
  std::int64_t batch_size = 32;
  double weight_decay = 1e-5, eps = 1e-6, beta1 = 0.9, beta2 = 0.999;
  std::string checkpoint = "train";          // train | last | validation
  double validation_fraction = 0.1;          // of the forgetting set, held out when checkpoint = validation
  std::string precision = "float32";         // float32 | tf32 | bfloat16 (autocast; master weights stay float32)
  std::string student_prompts = "single";    // single: one random template a step | ensemble: all of them
  std::string teacher_prompts = "single";    // single: the student's template of that step | ensemble

  void visit(auto&& field) {
    field("learning_rate", learning_rate, Field{.help = "AdamW's step size at epoch 0", .min = 0});
    field("epochs", epochs, Field{.help = "passes over the forgetting set", .min = 1});
    field("batch_size", batch_size, Field{.help = "forget pictures a step; the last batch is kept", .min = 1});
    field("weight_decay", weight_decay, Field{.help = "decoupled, on every tensor", .min = 0});
    field("eps", eps, Field{.help = "AdamW's epsilon", .min = 0});
    field("beta1", beta1, Field{.help = "AdamW's first moment", .min = 0, .max = 1});
    field("beta2", beta2, Field{.help = "AdamW's second moment", .min = 0, .max = 1});
    field("checkpoint", checkpoint,
          Field{.help = "which epoch's weights are kept", .choices = {"train", "last", "validation"}});
    field("validation_fraction", validation_fraction,
          Field{.help = "share of the forgetting set held out for checkpoint = validation", .min = 0, .max = 0.9});
    field("precision", precision, Field{.help = "compute precision", .choices = kPrecisions});
    field("student_prompts", student_prompts,
          Field{.help = "templates of a training step", .choices = {"single", "ensemble"}});
    field("teacher_prompts", teacher_prompts,
          Field{.help = "templates of the teacher", .choices = {"single", "ensemble"}});
  }
};

// Regularisers on the forget pictures that the suite adds to any objective: weight x KL(teacher || student) at the
// coarse level, and at the fine level over the non-target classes.
struct KlConfig {
  double coarse = 0, fine = 0;
  std::string reduction = "batch";  // batch: mean over rows | numel: also divided by the columns, as the released code

  void visit(auto&& field) {
    field("coarse", coarse, Field{.help = "weight of the coarse KL term", .min = 0});
    field("fine", fine, Field{.help = "weight of the fine KL term over non-target classes", .min = 0});
    field("reduction", reduction, Field{.help = "what the KL sum is divided by", .choices = {"batch", "numel"}});
  }
};

}  // namespace lacuna
