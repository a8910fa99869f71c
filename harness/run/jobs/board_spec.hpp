// What a suite says of its board.
#pragma once

#include <string>
#include <vector>

#include "lacuna/json_view.hpp"

namespace lacuna {

// Names are those of metrics' values. What is left empty follows from the metrics: every value that
// is `shown`, by its table; ranked by "q_u", plotted as "quality" over "utility".
struct BoardSpec {
  using is_spec = void;
  std::vector<std::string> columns = {};  // of the first table, in this order
  std::string rank = "q_u";
  std::string plot_x = "utility", plot_y = "quality";

  static void fields(auto& self, auto&& field) {
    field.optional("columns", self.columns);
    field("rank", self.rank);
    field("plot_x", self.plot_x);
    field("plot_y", self.plot_y);
  }
};

// {"columns": […], "rank": "q_u", "plot": {"x": "utility", "y": "quality"}}, each optional. Whether
// a metric has such a value is known to the plan only.
BoardSpec read_board_spec(const JsonView& view);

}  // namespace lacuna
