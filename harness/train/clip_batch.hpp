// Batches of the forgetting set over a CLIP student and the cached predictions of the original
// model.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lacuna/method.hpp"
#include "model/clip.hpp"
#include "model/tokenizer.hpp"
#include "train/training_config.hpp"

namespace lacuna {

// Everything that no step changes: pictures and labels on the device, prompts tokenised, teacher
// logits of both levels under every template from one pass over the pictures. Refers to `student`,
// which must outlive it. [one thread]
class ClipBatches {
 public:
  // The teacher is the student as it is now. `set` goes to the student's device. Throws
  // ConfigError: no pictures, of another size than the model's, fewer than two fine names, a prompt
  // without its {}.
  ClipBatches(const Clip& student, const Tokenizer& tokenizer, ForgettingSet set,
              const TrainingConfig& config);

  const ForgettingSet& set() const { return set_; }
  const Clip& student() const { return student_; }
  std::int64_t templates() const { return static_cast<std::int64_t>(set_.templates.size()); }
  bool has(Level level) const { return level == Level::fine || set_.taxonomy.hierarchical(); }

  // Normalised features [C, embedding] of the names of a level, with gradient where grad mode is
  // on. One template, or with `all_templates` the renormalised mean over all of them.
  at::Tensor name_features(Level level, std::int64_t prompt, bool all_templates) const;
  // Normalised features [B, embedding] of the pictures of `rows`.
  at::Tensor picture_features(const at::Tensor& rows) const;
  // The original model's logits [N, C] over the whole set, without gradient; `prompt` counts under
  // teacher_prompts = single only.
  const at::Tensor& teacher(Level level, std::int64_t prompt) const;

 private:
  const Clip& student_;
  ForgettingSet set_;
  std::string precision_ = "float32";
  std::array<std::vector<at::Tensor>, 2> tokens_;  // by level: int64 [C, L] a template
  std::array<std::vector<at::Tensor>, 2>
      teacher_;  // by level: float32 [N, C] a template, or one for the ensemble
};

// One step's batch: `rows` int64 [B] of the set, on its device, under template `prompt`. Pictures
// are encoded once, names once a level, each when first asked for.
class ClipBatch final : public Batch {
 public:
  ClipBatch(const ClipBatches& source, at::Tensor rows, std::int64_t prompt,
            bool all_templates = false);

  bool has(Level level) const override { return source_.has(level); }
  at::Tensor student(Level level) const override;
  at::Tensor teacher(Level level) const override;
  at::Tensor target(Level level) const override;
  at::Tensor index() const override { return rows_; }

 private:
  void require(Level level) const;

  const ClipBatches& source_;
  at::Tensor rows_;
  std::int64_t prompt_;
  bool all_templates_;
  mutable at::Tensor pictures_;
  mutable std::array<at::Tensor, 2> student_;
};

}  // namespace lacuna
