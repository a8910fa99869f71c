// 95 % intervals: over test samples, of a further run, and of both together.
#pragma once

#include <optional>
#include <vector>

#include "report/table.hpp"

namespace lacuna::report {

struct Interval {
  double lower = 0, upper = 0;
  // `rounding`: half of the last digit of a value that is known only rounded.
  bool contains(double value, double rounding = 0) const {
    return lower <= value + rounding && value - rounding <= upper;
  }
};

// Clopper-Pearson, for `correct` of `n` pictures. `correct` may be a mean over seeds, which saw the
// same pictures and are taken as one run. Requires n > 0.
Interval exact_interval(double correct, double n);

// How far a further run, with another seed, may lie from the mean of those that were made:
// Student's t with n - 1 degrees of freedom, times sd * sqrt(1 + 1/n). Nothing for one seed.
std::optional<double> further_run(const Measure& measure);

// The samples' interval widened by the seeds': two independent errors, so their half-widths add in
// squares.
Interval combined(const Interval& samples, double mean, std::optional<double> seeds);

// Of the mean of what single samples contribute, by normal theory: mean ± 1.96 s / √n. Nothing for
// fewer than two.
std::optional<Interval> mean_interval(const std::vector<double>& contributions);

// What would have come out had other test samples been drawn, for the mean over the seeds, which saw
// the same ones: of counts exact_interval(), else of the contributions. Nothing where a seed has
// neither.
std::optional<Interval> sample_interval(const Measure& measure);

}  // namespace lacuna::report
