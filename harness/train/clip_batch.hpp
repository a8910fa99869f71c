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

// Rows of a set, int64 [B], on its device and on the host: what the host decides by them waits for
// nothing.
struct BatchRows {
  BatchRows(const at::Tensor& rows, c10::Device device)
      : on_host(rows.cpu()), on_device(rows.to(device)) {}
  explicit BatchRows(const at::Tensor& rows) : BatchRows(rows, rows.device()) {}

  BatchRows slice(std::int64_t begin, std::int64_t end) const {
    auto out = *this;
    out.on_host = on_host.slice(0, begin, end);
    out.on_device = on_device.slice(0, begin, end);
    return out;
  }
  std::int64_t size() const { return on_host.size(0); }

  at::Tensor on_host, on_device;  // one tensor where the device is the CPU
};

// Everything that no step changes: exemplars and labels on the device, prompts tokenised, teacher
// logits of both levels under every template from one pass over the exemplars. Refers to `student`,
// which must outlive it. [one thread]
//
// An exemplar is a picture or, in a set of texts, a text. A text that is a name in one of the
// templates ("a photo of a Samoyed.") would be compared with itself when the step draws that
// template; the names then stand in the next one for that row, student and teacher alike. With one
// template only there is no other.
class ClipBatches {
 public:
  // The teacher is the student as it is now. `set` goes to the student's device. Throws
  // ConfigError: no exemplars, pictures of another size than the model's, fewer than two fine
  // names, a prompt without its {}, a coarse label to forget that is the only one.
  ClipBatches(const Clip& student, const Tokenizer& tokenizer, ForgettingSet set,
              const TrainingConfig& config);

  const ForgettingSet& set() const { return set_; }
  const Clip& student() const { return student_; }
  std::int64_t templates() const { return static_cast<std::int64_t>(set_.templates.size()); }
  bool has(Level level) const { return level == Level::fine || set_.taxonomy.hierarchical(); }

  // Normalised features [C, embedding] of the names of a level, with gradient where grad mode is
  // on. One template, or with `all_templates` the renormalised mean over all of them.
  at::Tensor name_features(Level level, std::int64_t prompt, bool all_templates) const;
  // Normalised features [B, embedding] of the exemplars of `rows`, with gradient where grad mode is
  // on.
  at::Tensor exemplar_features(const at::Tensor& rows) const;
  // bool [B]: rows that are a text under template `prompt` itself; undefined where there are none.
  at::Tensor own_template(const BatchRows& rows, std::int64_t prompt) const;
  // The template in which such rows see the names instead.
  std::int64_t next_template(std::int64_t prompt) const { return (prompt + 1) % templates(); }
  // The original model's logits [N, C] over the whole set, without gradient; `prompt` counts under
  // teacher_prompts = single only.
  const at::Tensor& teacher(Level level, std::int64_t prompt) const;

 private:
  void index_templates();
  void compute_teacher(bool ensemble);

  const Clip& student_;
  ForgettingSet set_;
  at::Tensor text_tokens_;  // int64 [N, L]; undefined for pictures
  // int64 [N]: which template a text is in, -1: none; undefined for pictures.
  at::Tensor text_template_, text_template_on_host_;
  std::string precision_ = "float32";
  std::array<std::vector<at::Tensor>, 2> tokens_;  // by level: int64 [C, L] a template
  std::array<std::vector<at::Tensor>, 2>
      teacher_;  // by level: float32 [N, C] a template, or one for the ensemble
};

// One step's batch: rows of the set under template `prompt`. Exemplars are encoded once, names once
// a level, each when first asked for.
class ClipBatch final : public Batch {
 public:
  ClipBatch(const ClipBatches& source, BatchRows rows, std::int64_t prompt,
            bool all_templates = false);
  // `rows` int64 [B] on the set's device.
  ClipBatch(const ClipBatches& source, const at::Tensor& rows, std::int64_t prompt,
            bool all_templates = false)
      : ClipBatch(source, BatchRows(rows), prompt, all_templates) {}

  bool has(Level level) const override { return source_.has(level); }
  at::Tensor student(Level level) const override;
  at::Tensor teacher(Level level) const override;
  at::Tensor target(Level level) const override;
  at::Tensor forgets_coarse() const override;
  at::Tensor index() const override { return rows_.on_device; }

 private:
  void require(Level level) const;

  const ClipBatches& source_;
  BatchRows rows_;
  std::int64_t prompt_;
  bool all_templates_;
  mutable at::Tensor exemplars_;
  mutable std::array<at::Tensor, 2> student_;
};

}  // namespace lacuna
