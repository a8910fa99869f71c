#include "train/kl_terms.hpp"

#include <ATen/ATen.h>

namespace lacuna {
namespace {

at::Tensor reduced(const at::Tensor& teacher, const at::Tensor& student, const KlConfig& config) {
  const auto mean = kl_divergence(teacher, student).mean();
  return config.reduction == "numel" ? mean / student.size(1) : mean;
}

}  // namespace

KlTerms kl_terms(const Batch& batch, const KlConfig& config) {
  KlTerms terms;
  if (config.coarse > 0) {
    if (!batch.has(Level::coarse))
      throw ConfigError("kl.coarse: the dataset has no coarse class names (set it to 0)");
    terms.coarse = reduced(batch.teacher(Level::coarse), batch.student(Level::coarse), config);
  }
  if (config.fine > 0) {
    const auto target = batch.target(Level::fine);
    terms.fine = reduced(without_target(batch.teacher(Level::fine), target),
                         without_target(batch.student(Level::fine), target), config);
  }
  return terms;
}

}  // namespace lacuna
