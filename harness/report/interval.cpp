#include "report/interval.hpp"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace lacuna::report {
namespace {

constexpr double tail = 0.025;

// The contributions to the mean over the seeds, which saw the same samples; empty where they did
// not, or where a seed has none.
std::vector<double> mean_contributions(const Measure& measure) {
  std::vector<double> out;
  for (const auto& value : measure.values) {
    const auto* rows = value.stored ? &value.stored->per_sample : nullptr;
    if (!rows || rows->empty()) return {};
    if (out.empty()) out.resize(rows->size());
    if (out.size() != rows->size()) return {};
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] += (*rows)[i] / static_cast<double>(measure.values.size());
  }
  return out;
}

// Correct of n at the mean over the seeds; n = 0 where they are not counts of the same samples.
std::pair<double, double> mean_count(const Measure& measure) {
  double correct = 0, n = 0;
  for (const auto& value : measure.values) {
    if (!value.stored || !value.stored->count) return {};
    const auto& count = *value.stored->count;
    if (n != 0 && n != static_cast<double>(count.n)) return {};
    n = static_cast<double>(count.n);
    correct += static_cast<double>(count.correct) / static_cast<double>(measure.values.size());
  }
  return {correct, n};
}

}  // namespace

Interval exact_interval(double correct, double n) {
  using boost::math::ibeta_inv;
  return {.lower = correct <= 0 ? 0 : ibeta_inv(correct, n - correct + 1, tail),
          .upper = correct >= n ? 1 : ibeta_inv(correct + 1, n - correct, 1 - tail)};
}

std::optional<double> further_run(const Measure& measure) {
  const auto sd = measure.sd();
  if (!sd) return std::nullopt;
  const auto n = static_cast<double>(measure.values.size());
  const boost::math::students_t t(n - 1);
  return boost::math::quantile(t, 1 - tail) * *sd * std::sqrt(1 + 1 / n);
}

Interval combined(const Interval& samples, double mean, std::optional<double> seeds) {
  const double more = seeds.value_or(0);
  return {.lower = mean - std::hypot(std::max(0.0, mean - samples.lower), more),
          .upper = mean + std::hypot(std::max(0.0, samples.upper - mean), more)};
}

std::optional<Interval> mean_interval(const std::vector<double>& contributions) {
  const auto n = static_cast<double>(contributions.size());
  if (n < 2) return std::nullopt;
  double mean = 0, squares = 0;
  for (const double row : contributions) mean += row / n;
  for (const double row : contributions) squares += (row - mean) * (row - mean);
  const double z = boost::math::quantile(boost::math::normal(), 1 - tail);
  const double half = z * std::sqrt(squares / (n - 1) / n);
  return Interval{mean - half, mean + half};
}

std::optional<Interval> sample_interval(const Measure& measure) {
  if (!measure.defined()) return std::nullopt;
  if (const auto [correct, n] = mean_count(measure); n > 0) return exact_interval(correct, n);
  return mean_interval(mean_contributions(measure));
}

}  // namespace lacuna::report
