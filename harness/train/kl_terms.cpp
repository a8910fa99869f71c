#include "train/kl_terms.hpp"

#include <ATen/ATen.h>

#include <vector>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

// One side's questions, as far as `config.coarse` (or else `config.fine`) weighs them.
at::Tensor side_term(const Side& side, bool coarse, bool keep, const KlConfig& config) {
  std::vector<const Question*> asked;
  for (const auto* question : side.questions)
    if ((question->name() == "coarse") == coarse) asked.push_back(question);
  if (asked.empty()) return {};
  std::int64_t columns = 0;
  const auto terms = per_sample({asked, side.size, side.index}, [&](const Question& question) {
    auto teacher = question.teacher(), student = question.student();
    if (!keep) {
      const auto target = question.target();
      teacher = without_target(teacher, target);
      student = without_target(student, target);
    }
    columns = student.size(1);
    return kl_divergence(teacher, student);
  });
  const auto mean = terms.mean();
  return config.reduction == "numel" ? mean / columns : mean;
}

at::Tensor both_sides(const Batch& batch, bool coarse, const KlConfig& config) {
  const auto kept = side_term(batch.keep(), coarse, true, config);
  const auto gone = side_term(batch.forget(), coarse, false, config);
  if (!kept.defined() || !gone.defined()) return kept.defined() ? kept : gone;
  return kept + gone;
}

}  // namespace

KlTerms kl_terms(const Batch& batch, const KlConfig& config) {
  KlTerms terms;
  if (config.coarse > 0) {
    terms.coarse = both_sides(batch, true, config);
    if (!terms.coarse.defined())
      throw ConfigError("kl.coarse: the dataset has no coarse class names (set it to 0)");
  }
  if (config.fine > 0) terms.fine = both_sides(batch, false, config);
  return terms;
}

}  // namespace lacuna
