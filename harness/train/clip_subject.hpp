// A CLIP student with its forgetting set, the retain samples if there are any, and the cached
// predictions of the original model.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/clip/clip.hpp"
#include "model/clip/clip_model.hpp"
#include "model/text/tokenizer.hpp"
#include "train/clip_part.hpp"
#include "train/subject.hpp"
#include "train/training_config.hpp"

namespace lacuna {

// Everything that no step changes: samples and labels on the device, prompts tokenised, teacher
// logits of every question under every template from one pass over the samples. Refers to `student`
// and `tokenizer`, which must outlive it. [one thread]
class ClipSubject final : public Subject {
 public:
  // The teacher is the student as it is now. Samples go to the student's device. Throws
  // ConfigError: no samples, pictures of another size than the model's, a question with fewer than
  // two names, a prompt without its {}, a coarse label to forget that is the only one.
  ClipSubject(Clip& student, const Tokenizer& tokenizer, Samples forget, Samples retain,
              const TrainingConfig& config);
  ClipSubject(Clip& student, const Tokenizer& tokenizer, Samples forget,
              const TrainingConfig& config)
      : ClipSubject(student, tokenizer, std::move(forget), {}, config) {}

  Model& model() override { return model_; }
  Model& original() override;
  const Samples& forget() const override { return forget_.samples; }
  const Samples& retain() const override { return retain_.samples; }
  c10::Device device() const override;
  std::int64_t prompts() const override {
    return static_cast<std::int64_t>(forget_.samples.templates.size());
  }
  std::unique_ptr<Batch> batch(const BatchRows& forget, const BatchRows& retain,
                               std::int64_t prompt, bool all_prompts) const override;
  void check(const NamedTensors& weights) const override;

  // Where original() takes its weights from, on any device; they must outlive the subject.
  void set_original(const NamedTensors& weights) { original_weights_ = &weights; }

  const Clip& student() const { return student_; }
  const ClipPart& forget_part() const { return forget_; }
  const ClipPart& retain_part() const { return retain_; }

  // Normalised features [C, embedding] of the names of a question, with gradient where grad mode is
  // on. One template, or with `all_templates` the renormalised mean over all of them.
  at::Tensor name_features(const std::string& question, std::int64_t prompt,
                           bool all_templates) const;
  // Normalised features [B, embedding] of these samples, with gradient where grad mode is on.
  at::Tensor sample_features(const ClipPart& part, const at::Tensor& rows) const;

 private:
  void add_prompts(const std::vector<Labels>& labels);
  void prepare(ClipPart& part, Samples samples);
  void index_templates(ClipPart& part) const;
  void compute_teacher(bool ensemble);
  // Of all samples of a part, without more of them in memory at once than a chunk.
  at::Tensor all_features(const ClipPart& part, const BatchRows& rows) const;

  Clip& student_;
  const Tokenizer& tokenizer_;
  ClipModel model_;
  const NamedTensors* original_weights_ = nullptr;
  std::optional<Clip> original_;
  std::optional<ClipModel> original_model_;
  ClipPart forget_, retain_;
  std::string precision_ = "float32";
  std::map<std::string, std::vector<at::Tensor>> tokens_;  // by question: int64 [C, L] a template
};

}  // namespace lacuna
