#include "lacuna/batch.hpp"

#include <ATen/core/Reduction.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros.h>

namespace lacuna {

Question::~Question() = default;
Batch::~Batch() = default;

const Question* find_question(const Side& side, const std::string& name) {
  for (const auto* question : side.questions)
    if (question->name() == name) return question;
  return nullptr;
}

at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& target) {
  return at::cross_entropy_loss(logits, target, {}, at::Reduction::None);
}

at::Tensor nll(const Question& question) {
  return cross_entropy(question.student(), question.target());
}

at::Tensor without_target(const at::Tensor& logits, const at::Tensor& target) {
  const auto columns = at::arange(logits.size(1) - 1, target.options());
  const auto kept = columns + columns.ge(target.unsqueeze(1));  // [R, C-1]: columns past it move up
  return logits.gather(1, kept);
}

at::Tensor kl_divergence(const at::Tensor& teacher, const at::Tensor& student) {
  const auto p = at::log_softmax(teacher, 1);
  return (p.exp() * (p - at::log_softmax(student, 1))).sum(1);
}

at::Tensor reduce_rows(const Question& question, const at::Tensor& terms, std::int64_t size,
                       Rows rows) {
  const auto sample = question.sample();
  if (!sample.defined()) return terms;
  const auto zeros = at::zeros({size}, terms.options());
  const auto sums = zeros.index_add(0, sample, terms);
  if (rows == Rows::sum) return sums;
  return sums / zeros.index_add(0, sample, at::ones_like(terms)).clamp_min(1);
}

at::Tensor zeros_of(const Side& side) {
  return at::zeros({side.size}, side.index.options().dtype(at::kFloat));
}

}  // namespace lacuna
