#include "lacuna/metric.hpp"

#include <ATen/ops/ones_like.h>

#include "lacuna/error.hpp"

namespace lacuna {

Metric::~Metric() = default;

const char* to_string(Role role) {
  switch (role) {
    case Role::in_domain:
      return "in_domain";
    case Role::zero_shot:
      return "zero_shot";
    case Role::out_of_domain:
      return "out_of_domain";
  }
  return "?";
}

Role role_from(const std::string& name) {
  for (const auto role : {Role::in_domain, Role::zero_shot, Role::out_of_domain})
    if (name == to_string(role)) return role;
  const std::vector<std::string> known{"in_domain", "zero_shot", "out_of_domain"};
  const auto right = did_you_mean(name, known);
  throw ConfigError("'" + name + "': no such role" +
                    (right.empty() ? " (known: in_domain, zero_shot, out_of_domain)" : right));
}

const at::Tensor& Outcome::at(const std::string& column) const {
  const auto found = columns.find(column);
  if (found != columns.end()) return found->second;
  std::string known;
  for (const auto& [name, tensor] : columns) known += (known.empty() ? "" : ", ") + name;
  throw Error("'" + column + "': no such column (there are: " + known + ")");
}

const Asked* find_asked(const Evaluation& evaluation, const std::string& question) {
  for (const auto& asked : evaluation.asked)
    if (asked.question == question) return &asked;
  return nullptr;
}

at::Tensor rows_of(const Evaluation& evaluation, Group group, const std::string& question) {
  const auto* asked = find_asked(evaluation, question);
  if (!asked) return {};
  const auto& own = asked->forget;
  const auto& sample = evaluation.asked.front().forget;
  switch (group) {
    case Group::forget:
      return own;
    case Group::spared:
      return sample.logical_and(own.logical_not());
    case Group::retain:
      return sample.logical_or(own).logical_not();
    case Group::all:
      break;
  }
  return at::ones_like(own);
}

Count count(const Evaluation& evaluation, const Outcome& outcome, Group group,
            const std::string& question) {
  const auto rows = rows_of(evaluation, group, question);
  if (!rows.defined()) return {};
  const auto& target = find_asked(evaluation, question)->target;
  const auto correct = outcome.at(question + "/predicted").eq(target).logical_and(rows);
  return {correct.sum().item<std::int64_t>(), rows.sum().item<std::int64_t>()};
}

std::vector<Scope> scopes(const std::vector<Evaluation>& evaluations, Role role) {
  std::vector<Scope> out;
  for (const auto& evaluation : evaluations)
    if (evaluation.role == role) out.push_back({&evaluation, evaluation.id + "/"});
  if (out.size() == 1) out.front().prefix.clear();
  return out;
}

}  // namespace lacuna
