// What an objective sees of one step: two sides, what is to be forgotten and what is to be kept,
// each a list of questions that the student and the frozen teacher answer.
#pragma once

#include <ATen/TensorOperators.h>  // a - b, 2 * a, a < b
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <string>

#include "lacuna/abi.hpp"

namespace lacuna {

// Categorical predictions: R rows over C choices. Lives as long as its batch. All tensors are on
// one device, logits float32 whatever the compute precision. [one thread]
class LACUNA_EXPORT Question {
 public:
  virtual ~Question();

  // "fine", "coarse", "answer": the Labels of the set that the rows are taken from.
  virtual const std::string& name() const = 0;
  // Logits [R, C] of the model being unlearned, with gradient. Scaled (logit scale x cosine), not
  // cosines.
  virtual at::Tensor student() const = 0;
  // Logits [R, C] of the original model, without gradient, under the teacher prompts of the run.
  virtual at::Tensor teacher() const = 0;
  // -log softmax(teacher())[target] per row: [R]. Where C is a vocabulary far cheaper than
  // teacher().
  virtual at::Tensor teacher_nll() const = 0;
  // Right answers int64 [R] in [0, C).
  virtual at::Tensor target() const = 0;
  // Which sample of the side a row belongs to: int64 [R] in [0, side.size), a sample's rows are
  // neighbours. Undefined where row i is sample i.
  virtual at::Tensor sample() const = 0;
  // Which row of the set's Labels each row is: int64 [R].
  virtual at::Tensor row() const = 0;
};

struct Side {
  std::span<const Question* const> questions;  // none: there is nothing on this side
  std::int64_t size = 0;                       // samples
  // Which samples these are, int64 [size]: those of the forgetting set count from 0, retain samples
  // go on after the last of them.
  at::Tensor index = {};
};

// The side's question of this name, or nullptr.
LACUNA_EXPORT const Question* find_question(const Side& side, const std::string& name);

// Valid during the call it was handed to, or as long as whoever asked for it keeps it. [one thread]
class LACUNA_EXPORT Batch {
 public:
  virtual ~Batch();
  virtual Side forget() const = 0;
  // CLIP: the coarse name of the forget samples, where it is not to be forgotten as well; and all
  // names of retain samples, where the request grants them. Language models: answers of retain
  // samples.
  virtual Side keep() const = 0;
};

// -log softmax(logits)[target] per row: [R], same dtype as logits.
LACUNA_EXPORT at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& target);

// The same of a question's student: a term for per_sample().
LACUNA_EXPORT at::Tensor nll(const Question& question);

// `logits` [R, C] without each row's own target column: [R, C-1], order kept. C >= 2.
LACUNA_EXPORT at::Tensor without_target(const at::Tensor& logits, const at::Tensor& target);

// KL(softmax(teacher) || softmax(student)), summed over choices, per row: [R].
LACUNA_EXPORT at::Tensor kl_divergence(const at::Tensor& teacher, const at::Tensor& student);

// How the rows of one sample become one number.
enum class Rows { mean, sum };

// `terms` [R] of a question's rows, reduced within each sample: [size], 0 for a sample without
// rows.
LACUNA_EXPORT at::Tensor reduce_rows(const Question& question, const at::Tensor& terms,
                                     std::int64_t size, Rows rows);

// Zeros [side.size], float32, on the side's device.
LACUNA_EXPORT at::Tensor zeros_of(const Side& side);

// What a loss is made of: term(question), [R], of every question of the side, reduced within each
// sample and summed over questions: [side.size]. A sample that a question does not ask about counts
// 0 there. Zeros if the side has no questions.
template <class Term>
at::Tensor per_sample(const Side& side, Term&& term, Rows rows = Rows::mean) {
  at::Tensor sum;
  for (const auto* question : side.questions) {
    const auto terms = reduce_rows(*question, term(*question), side.size, rows);
    sum = sum.defined() ? sum + terms : terms;
  }
  return sum.defined() ? sum : zeros_of(side);
}

}  // namespace lacuna
