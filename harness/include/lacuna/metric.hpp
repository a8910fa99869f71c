// A metric plugin: values from the predictions of the original and of the unlearned model.
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

// Top-1 predictions of one model on one evaluation split, over the whole name list of each level.
// First index wins ties. All on the CPU, N rows in the split's order.
struct Predictions {
  at::Tensor fine_target, fine_predicted;      // int64 [N]
  at::Tensor coarse_target, coarse_predicted;  // int64 [N]; undefined if the dataset is flat
  // bool [N]: whose fine class was asked to be forgotten; all false in zero-shot.
  at::Tensor forget;
  // bool [N]: whose coarse class was, too (goals coarse and hybrid); undefined where there is none.
  at::Tensor forget_coarse = {};
  Taxonomy taxonomy;
};

// Correct predictions of n; what an accuracy is stored as.
struct Count {
  std::int64_t correct = 0, n = 0;
  bool operator==(const Count&) const = default;
};

// Pictures whose label of a level is of one kind. At the fine level `forget` are those whose fine
// class was asked to be forgotten, `retain` the rest, `forgotten_coarse` none. At the coarse level
// `forgotten_coarse` are those whose coarse class was asked to be forgotten, too; `forget` and
// `retain` are without them, so that what is counted there was to be kept.
enum class Group { forget, retain, all, forgotten_coarse };

// Which rows those are: bool [N].
LACUNA_EXPORT at::Tensor rows_of(const Predictions& predictions, Group group, Level level);

// Correct of n at `level` among the rows of `group`.
LACUNA_EXPORT Count count(const Predictions& predictions, Group group, Level level);

// One evaluation of a cell: the original model beside the unlearned one, on the same rows.
struct Evaluation {
  std::string id;  // the suite's name for it
  Role role = Role::in_domain;
  Predictions before, after;
};

// One number of a metric, or the reason why there is none.
struct Value {
  std::string name = {};             // "q_u", or "out_of_domain/q_u" where a metric has several
  std::optional<double> value = {};  // absent: undefined, see reason
  std::string reason = {};           // why undefined; empty otherwise
  std::string unit = "1";            // "1" for fractions, shown x 100
  bool higher_is_better = true;
  std::optional<double> lower = {}, upper = {};  // bounds, where it has any
  // Contributions whose mean is the value; empty where it is no mean.
  std::vector<double> per_sample = {};
};

// Constructed with its Params: `T(Params)`. A pure function of the evaluations. [any thread]
class LACUNA_EXPORT Metric {
 public:
  virtual ~Metric();
  virtual std::vector<Value> compute(const std::vector<Evaluation>& evaluations) const = 0;
};

}  // namespace lacuna
