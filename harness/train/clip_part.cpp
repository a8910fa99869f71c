#include "train/clip_part.hpp"

#include <ATen/ATen.h>

namespace lacuna {

at::Tensor ClipPart::own_template(const BatchRows& rows, std::int64_t prompt) const {
  if (!text_template.defined() || samples.templates.size() == 1) return {};
  const auto own = [&](const at::Tensor& templates, const at::Tensor& of_rows) {
    return templates.index_select(0, of_rows).eq(prompt);
  };
  if (!own(text_template_on_host, rows.on_host).any().item<bool>()) return {};
  return own(text_template, rows.on_device);
}

const at::Tensor& ClipPart::teacher_logits(const std::string& question, std::int64_t prompt) const {
  const auto& logits = teacher.at(question);
  return logits.size() == 1 ? logits.front() : logits.at(prompt);
}

}  // namespace lacuna
