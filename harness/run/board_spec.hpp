// What a suite says of its board.
#pragma once

#include <string>
#include <vector>

namespace lacuna {

// Names are those of metrics' values. What is left empty follows from the metrics: every value that
// is `shown`, by its table; ranked by "q_u", plotted as "quality" over "utility".
struct BoardSpec {
  std::vector<std::string> columns = {};  // of the first table, in this order
  std::string rank = "q_u";
  std::string plot_x = "utility", plot_y = "quality";
};

}  // namespace lacuna
