#include "lacuna/batch.hpp"

#include <ATen/core/Reduction.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/where.h>

namespace lacuna {

Batch::~Batch() = default;

at::Tensor nll(const at::Tensor& logits, const at::Tensor& target) {
  return at::cross_entropy_loss(logits, target, {}, at::Reduction::None);
}

at::Tensor without_target(const at::Tensor& logits, const at::Tensor& target) {
  const auto columns = at::arange(logits.size(1) - 1, target.options());
  const auto kept = columns + columns.ge(target.unsqueeze(1));  // [N, C-1]: columns past it move up
  return logits.gather(1, kept);
}

at::Tensor kl_divergence(const at::Tensor& teacher, const at::Tensor& student) {
  const auto p = at::log_softmax(teacher, 1);
  return (p.exp() * (p - at::log_softmax(student, 1))).sum(1);
}

at::Tensor only(const at::Tensor& rows, const at::Tensor& terms) {
  return at::where(rows, terms, 0);
}

}  // namespace lacuna
