// What an objective sees of one step: categorical predictions of the student and of the frozen
// teacher.
#pragma once

#include <ATen/TensorOperators.h>  // a - b, 2 * a, a < b
#include <ATen/core/Tensor.h>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

// N rows over C classes. For CLIP a row is a picture and C the class names of a level; for a causal
// language model a row is an answer token and C the vocabulary. Valid during the call it was handed
// to; all tensors are on one device, logits float32 whatever the compute precision. [one thread]
class LACUNA_EXPORT Batch {
 public:
  virtual ~Batch();

  // Whether there are class names at this level. The others throw ConfigError for a level that is
  // not there.
  virtual bool has(Level level) const = 0;

  // Logits [N, C] of the model being unlearned, with gradient. Scaled (logit scale x cosine), not
  // cosines.
  virtual at::Tensor student(Level level) const = 0;
  // Logits [N, C] of the original model, without gradient, under the teacher prompts of the run.
  virtual at::Tensor teacher(Level level) const = 0;
  // Labels int64 [N] in [0, C).
  virtual at::Tensor target(Level level) const = 0;
  // bool [N]: rows whose coarse label is to be forgotten as well; undefined where there is none, as
  // always under goal `fine`.
  virtual at::Tensor forgets_coarse() const { return {}; }
  // Which sample of the forgetting set a row is: int64 [N]. Rows of one sample share it.
  virtual at::Tensor index() const = 0;
};

// -log softmax(logits)[target] per row: [N], same dtype as logits.
LACUNA_EXPORT at::Tensor nll(const at::Tensor& logits, const at::Tensor& target);
inline at::Tensor nll(const Batch& batch, Level level) {
  return nll(batch.student(level), batch.target(level));
}
inline at::Tensor teacher_nll(const Batch& batch, Level level) {
  return nll(batch.teacher(level), batch.target(level));
}

// `logits` [N, C] without each row's own target column: [N, C-1], order kept. C >= 2.
LACUNA_EXPORT at::Tensor without_target(const at::Tensor& logits, const at::Tensor& target);

// KL(softmax(teacher) || softmax(student)), summed over classes, per row: [N].
LACUNA_EXPORT at::Tensor kl_divergence(const at::Tensor& teacher, const at::Tensor& student);

// `terms` [N] on the rows that `rows` (bool [N]) names, 0 and no gradient on the others.
LACUNA_EXPORT at::Tensor only(const at::Tensor& rows, const at::Tensor& terms);

// What a method forgets, whatever the request's goal: the sum of term(level), [N] each, over the
// levels that a row's label is to be forgotten at. That is term(Level::fine), plus
// term(Level::coarse) on the rows of forgets_coarse(); coarse logits are not asked for where there
// are none.
template <class Term>
at::Tensor to_forget(const Batch& batch, Term&& term) {
  auto terms = term(Level::fine);
  if (const auto rows = batch.forgets_coarse(); rows.defined())
    terms = terms + only(rows, term(Level::coarse));
  return terms;
}

// What a method keeps: term(Level::coarse), [N], 0 on the rows whose coarse label is to be
// forgotten.
template <class Term>
at::Tensor to_keep(const Batch& batch, Term&& term) {
  auto terms = term(Level::coarse);
  const auto rows = batch.forgets_coarse();
  return rows.defined() ? only(rows.logical_not(), terms) : terms;
}

}  // namespace lacuna
