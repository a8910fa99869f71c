// A metric plugin: values from what the original and the unlearned model made of the evaluations.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/taxonomy.hpp"

namespace lacuna {

// What an evaluation is for.
enum class Role { in_domain, zero_shot, out_of_domain };

LACUNA_EXPORT const char* to_string(Role role);
LACUNA_EXPORT Role role_from(const std::string& name);  // throws ConfigError

// What one model made of an evaluation: named columns of N rows each, in the split's order, on the
// CPU. Of a CLIP, for every question Q that the evaluation asks:
//   Q/predicted  int64 [N]     the best choice of the whole name list; the first one wins ties
//   Q/nll        float32 [N]   -log p of the target over the name list, in nats
//   Q/margin     float32 [N]   logit of the target minus the best other one; <= 0 where it is not
//                              the best. log p of the best is -nll - min(margin, 0)
//   Q/top5       int64 [N, K]  the K = min(5, C) best choices, best first
struct LACUNA_EXPORT Outcome {
  std::map<std::string, at::Tensor> columns = {};
  std::map<std::string, std::vector<std::string>> texts = {};  // one a row ("generated")

  bool has(const std::string& column) const { return columns.contains(column); }
  const at::Tensor& at(const std::string& column) const;  // throws Error naming those there are
};

// A question that an evaluation asks of each of its N samples, on the CPU.
struct Asked {
  std::string question;  // "fine", "coarse", "answer"
  at::Tensor target;     // int64 [N]
  at::Tensor forget;     // bool [N]: whose answer was asked to be forgotten
};

// One evaluation of a cell: the original model beside the unlearned one, on the same samples.
struct Evaluation {
  std::string id;  // the suite's name for it
  Role role = Role::in_domain;
  Taxonomy taxonomy;
  std::vector<Asked> asked;  // the first says which samples are of the forget set
  Outcome before, after;
};

// What `evaluation` asks under this name, or nullptr.
LACUNA_EXPORT const Asked* find_asked(const Evaluation& evaluation, const std::string& question);

// Rows of a question, of one kind. `forget`: the answer was to be forgotten. `spared`: the sample
// is of the forget set, but this answer of it was to be kept. `retain`: neither.
enum class Group { forget, spared, retain, all };

// Which rows those are: bool [N]; undefined where the evaluation does not ask the question.
LACUNA_EXPORT at::Tensor rows_of(const Evaluation& evaluation, Group group,
                                 const std::string& question);

// Correct predictions of n; what an accuracy is stored as.
struct Count {
  std::int64_t correct = 0, n = 0;
  bool operator==(const Count&) const = default;
};

// Rows of the group whose "<question>/predicted" is the target; {0, 0} where the evaluation does
// not ask the question. `outcome` is before or after.
LACUNA_EXPORT Count count(const Evaluation& evaluation, const Outcome& outcome, Group group,
                          const std::string& question);

// The evaluations of one role. `prefix` goes before the names of their values: empty for the only
// one of its role, "<id>/" where there are several.
struct Scope {
  const Evaluation* evaluation;
  std::string prefix;
};
LACUNA_EXPORT std::vector<Scope> scopes(const std::vector<Evaluation>& evaluations, Role role);

// One number of a metric, or the reason why there is none; and how a board shows it.
struct Value {
  std::string name = {};             // "q_u"; unique on a board, so prefix what is not common
  std::optional<double> value = {};  // absent: undefined, see reason
  std::string reason = {};           // why undefined; empty otherwise
  std::string unit = "1";            // "1" for fractions, shown x 100
  bool higher_is_better = true;
  std::optional<double> lower = {}, upper = {};  // bounds, where it has any
  // Correct of n, where the value is an accuracy: what is stored of it, exactly.
  std::optional<Count> count = {};
  // Contributions whose mean is the value, one a row of `evaluation` that it is made of, in order;
  // of a function of several means, the value plus each row's influence on it. Intervals and paired
  // tests are made of these; empty where the value is not made of single rows.
  std::vector<double> per_sample = {};
  std::string evaluation = {};  // the id of the one whose rows those are

  std::string title = {};  // of the column; empty: the name
  std::string group = {};  // printed once over neighbouring columns of one group ("Forget set")
  std::string table = {};  // the board's table that it stands in ("Zero-shot"); empty: the first
  std::string help = {};   // one sentence
  bool shown = true;       // false: a column only where the suite names it
};

// Constructed with its Params: `T(Params)`. A pure function of the evaluations. [any thread]
class LACUNA_EXPORT Metric {
 public:
  virtual ~Metric();
  virtual std::vector<Value> compute(const std::vector<Evaluation>& evaluations) const = 0;
};

}  // namespace lacuna
