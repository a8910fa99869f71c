#include "lacuna/metric.hpp"

#include <ATen/ops/ones_like.h>
#include <ATen/ops/zeros_like.h>

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

at::Tensor rows_of(const Predictions& predictions, Group group, Level level) {
  const auto& forget = predictions.forget;
  if (group == Group::all) return at::ones_like(forget);
  const auto coarse_too = level == Level::coarse && predictions.forget_coarse.defined()
                              ? predictions.forget_coarse
                              : at::zeros_like(forget);
  if (group == Group::forgotten_coarse) return coarse_too;
  const auto rows = group == Group::forget ? forget : forget.logical_not();
  return rows.logical_and(coarse_too.logical_not());
}

Count count(const Predictions& predictions, Group group, Level level) {
  const bool fine = level == Level::fine;
  const auto& target = fine ? predictions.fine_target : predictions.coarse_target;
  const auto& predicted = fine ? predictions.fine_predicted : predictions.coarse_predicted;
  if (!target.defined() || !predicted.defined())
    throw ConfigError(std::string("predictions: there is no ") + to_string(level) + " level");
  const auto rows = rows_of(predictions, group, level);
  const auto correct = predicted.eq(target).logical_and(rows);
  return {correct.sum().item<std::int64_t>(), rows.sum().item<std::int64_t>()};
}

}  // namespace lacuna
