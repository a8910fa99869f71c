#include "report/interval.hpp"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <cmath>

namespace lacuna::report {
namespace {

constexpr double tail = 0.025;

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], at - static_cast<double>(below));
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

Interval combined(const Interval& pictures, double mean, std::optional<double> seeds) {
  const double more = seeds.value_or(0);
  return {.lower = mean - std::hypot(std::max(0.0, mean - pictures.lower), more),
          .upper = mean + std::hypot(std::max(0.0, pictures.upper - mean), more)};
}

Interval middle(std::vector<double>& values) {
  std::sort(values.begin(), values.end());
  return {quantile(values, tail), quantile(values, 1 - tail)};
}

}  // namespace lacuna::report
