// 95 % intervals: of one accuracy, of a further run, and of both together.
#pragma once

#include <optional>
#include <vector>

#include "report/table.hpp"

namespace lacuna::report {

struct Interval {
  double lower = 0, upper = 0;
  bool contains(double value) const { return lower <= value && value <= upper; }
};

// Clopper-Pearson, for `correct` of `n` pictures. `correct` may be a mean over seeds, which saw the
// same pictures and are taken as one run. Requires n > 0.
Interval exact_interval(double correct, double n);

// How far a further run, with another seed, may lie from the mean of those that were made:
// Student's t with n - 1 degrees of freedom, times sd * sqrt(1 + 1/n). Nothing for one seed.
std::optional<double> further_run(const Measure& measure);

// The pictures' interval widened by the seeds': two independent errors, so their half-widths add in
// squares.
Interval combined(const Interval& pictures, double mean, std::optional<double> seeds);

// The middle 95 % of `values`, which it sorts. Requires at least one.
Interval middle(std::vector<double>& values);

}  // namespace lacuna::report
