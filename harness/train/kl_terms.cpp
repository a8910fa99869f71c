#include "train/kl_terms.hpp"

#include <ATen/ATen.h>

namespace lacuna {
namespace {

// Mean over all rows, those outside `rows` (undefined: none are) counting 0.
at::Tensor reduced(const at::Tensor& teacher, const at::Tensor& student, const KlConfig& config,
                   const at::Tensor& rows = {}) {
  auto terms = kl_divergence(teacher, student);
  if (rows.defined()) terms = only(rows, terms);
  const auto mean = terms.mean();
  return config.reduction == "numel" ? mean / student.size(1) : mean;
}

at::Tensor without_targets(const Batch& batch, Level level, const KlConfig& config,
                           const at::Tensor& rows = {}) {
  const auto target = batch.target(level);
  return reduced(without_target(batch.teacher(level), target),
                 without_target(batch.student(level), target), config, rows);
}

at::Tensor coarse_term(const Batch& batch, const KlConfig& config) {
  const auto teacher = batch.teacher(Level::coarse), student = batch.student(Level::coarse);
  const auto rows = batch.forgets_coarse();
  if (!rows.defined()) return reduced(teacher, student, config);
  return reduced(teacher, student, config, rows.logical_not()) +
         without_targets(batch, Level::coarse, config, rows);
}

}  // namespace

KlTerms kl_terms(const Batch& batch, const KlConfig& config) {
  KlTerms terms;
  if (config.coarse > 0) {
    if (!batch.has(Level::coarse))
      throw ConfigError("kl.coarse: the dataset has no coarse class names (set it to 0)");
    terms.coarse = coarse_term(batch, config);
  }
  if (config.fine > 0) terms.fine = without_targets(batch, Level::fine, config);
  return terms;
}

}  // namespace lacuna
