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

}  // namespace lacuna
