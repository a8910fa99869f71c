// Measured beside published rows, for a terminal or as Markdown.
#pragma once

#include <string>

#include "report/comparison.hpp"

namespace lacuna::report {

// What the published rows are, the gate in words, then for every row a line each: measured, its
// 95 % interval, published, and, where the gate is passed, the difference in percentage points and
// whether the published number is inside the interval.
std::string plain_comparison(const Comparison& comparison);
std::string markdown_comparison(const Comparison& comparison);

// "Table 2 (arXiv 2506.11253), printed by its authors, not measured here"
std::string source_in_words(const Comparison& comparison);

// What the intervals are, in one sentence; for a page's caption too.
std::string intervals_in_words(const Comparison& comparison);

}  // namespace lacuna::report
