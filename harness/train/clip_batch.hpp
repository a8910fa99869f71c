// One step's batch over a CLIP student.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "train/clip_subject.hpp"

namespace lacuna {

// Samples are encoded once, names once a question, each when first asked for. Refers to `subject`.
class ClipBatch final : public Batch {
 public:
  // The parts of a subject that samples come from.
  enum Part { forgotten, retained };

  ClipBatch(const ClipSubject& subject, BatchRows forget, BatchRows retain, std::int64_t prompt,
            bool all_templates = false);
  // `rows` of the forgetting set, int64 [B] on its device.
  ClipBatch(const ClipSubject& subject, const at::Tensor& rows, std::int64_t prompt,
            bool all_templates = false)
      : ClipBatch(subject, BatchRows(rows), {}, prompt, all_templates) {}
  ~ClipBatch() override;

  Side forget() const override { return {forget_, forget_size_, forget_index_}; }
  Side keep() const override { return {keep_, keep_size_, keep_index_}; }

  // Logits [B, C] of all the batch's samples of a part, over the names of a question.
  at::Tensor student(Part part, const std::string& question) const;
  at::Tensor teacher(Part part, const std::string& question) const;

 private:
  class Asked;
  const ClipPart& of(Part part) const;
  // Adds what `labels` ask of the part's rows, as samples from `first` on.
  void ask(Part part, const std::vector<Labels>& labels, const std::vector<BatchRows>& row_of,
           std::int64_t first, bool alone, std::vector<const Question*>& side);
  at::Tensor names(const std::string& question, std::int64_t prompt) const;

  const ClipSubject& subject_;
  std::array<BatchRows, 2> rows_;
  std::int64_t prompt_;
  bool all_templates_;
  std::vector<std::unique_ptr<Asked>> asked_;
  std::vector<const Question*> forget_, keep_;
  std::int64_t forget_size_ = 0, keep_size_ = 0;
  at::Tensor forget_index_, keep_index_;
  mutable std::array<at::Tensor, 2> features_;
  mutable std::array<std::map<std::string, at::Tensor>, 2> logits_;
  mutable std::map<std::pair<std::string, std::int64_t>, at::Tensor> names_;
};

}  // namespace lacuna
