#include "run/steps/score.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include "plugin/registry.hpp"
#include "run/results/stored_value.hpp"

namespace lacuna {
namespace {

// Of sums in another order, and of contributions that a metric rounds to float32.
constexpr double kTolerance = 1e-6;

// "evaluation 'cifar10' has no column 'coarse/predicted'"; empty if nothing lacks.
std::string lacking(const Entry& metric, const std::vector<Evaluation>& evaluations) {
  for (const auto& column : metric.info.columns)
    for (const auto& evaluation : evaluations)
      for (const auto* outcome : {&evaluation.before, &evaluation.after})
        if (!outcome->has(column) && !outcome->texts.contains(column))
          return fmt::format("evaluation '{}' has no column '{}'", evaluation.id, column);
  return "";
}

bool near(double a, double b) { return std::abs(a - b) <= kTolerance * std::max(1.0, std::abs(b)); }

void check_bounds(const Value& value) {
  for (const auto& bound : {value.lower, value.upper})
    if (bound && std::isnan(*bound)) throw Error("a bound is no number");
  if (value.lower && *value.value < *value.lower - kValueRounding)
    throw Error(fmt::format("{} is below its lower bound {}", *value.value, *value.lower));
  if (value.upper && *value.value > *value.upper + kValueRounding)
    throw Error(fmt::format("{} is above its upper bound {}", *value.value, *value.upper));
}

void check_count(const Value& value) {
  const auto [correct, n] = *value.count;
  if (correct < 0 || n <= 0 || correct > n)
    throw Error(fmt::format("{} correct of {} is no count", correct, n));
  const auto share = static_cast<double>(correct) / static_cast<double>(n);
  if (std::abs(*value.value - share) > kValueRounding)
    throw Error(fmt::format("{} is not {} of {}", *value.value, correct, n));
}

void check_contributions(const Value& value, const std::vector<Evaluation>& evaluations) {
  const auto found = std::find_if(evaluations.begin(), evaluations.end(),
                                  [&](const auto& one) { return one.id == value.evaluation; });
  if (found == evaluations.end())
    throw Error(fmt::format("its contributions are of an evaluation '{}', which there is not",
                            value.evaluation));
  const auto rows = found->asked.front().target.numel();
  if (std::ssize(value.per_sample) > rows)
    throw Error(fmt::format("has {} contributions, '{}' has {} samples", value.per_sample.size(),
                            value.evaluation, rows));
  const auto sum = std::accumulate(value.per_sample.begin(), value.per_sample.end(), 0.0);
  const auto mean = sum / static_cast<double>(value.per_sample.size());
  if (!near(mean, *value.value))
    throw Error(fmt::format("{} is not the mean of its contributions, {}", *value.value, mean));
}

void check(const Value& value, const std::vector<Evaluation>& evaluations) {
  if (!value.value) {
    if ((value.count && value.count->n > 0) || !value.per_sample.empty())
      throw Error("is undefined, and has a count or contributions");
    return;
  }
  if (!std::isfinite(*value.value)) throw Error("is not finite");
  check_bounds(value);
  if (value.count) check_count(value);
  if (!value.per_sample.empty()) check_contributions(value, evaluations);
}

}  // namespace

std::vector<Value> score(const Entry& metric, const nlohmann::json& params,
                         const std::vector<Evaluation>& evaluations) {
  const auto& id = metric.info.id;
  if (const auto reason = lacking(metric, evaluations); !reason.empty())
    return {{.name = id, .reason = reason}};
  auto values = guarded(id, [&] { return metric.make_metric(params)->compute(evaluations); });
  std::set<std::string> names;
  for (auto& value : values) {
    if (value.name.empty()) throw PluginError(id + ": a value has no name");
    if (!names.insert(value.name).second)
      throw PluginError(fmt::format("{}: '{}': two values have this name", id, value.name));
    try {
      check(value, evaluations);
    } catch (const Error& error) {
      throw PluginError(fmt::format("{}: '{}': {}", id, value.name, error.what()));
    }
    if (value.value) value.reason.clear();
    if (!value.value && value.reason.empty()) value.reason = "undefined";
  }
  return values;
}

}  // namespace lacuna
