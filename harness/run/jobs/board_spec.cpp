#include "run/jobs/board_spec.hpp"

#include "run/jobs/json_words.hpp"

namespace lacuna {

BoardSpec read_board_spec(const JsonView& view) {
  view.only({"columns", "rank", "plot"});
  BoardSpec out;
  if (view.has("columns")) out.columns = read_words(view.at("columns"));
  view.optional("rank", out.rank);
  if (view.has("plot")) {
    const auto plot = view.at("plot");
    plot.only({"x", "y"});
    out.plot_x = plot.at("x").text();
    out.plot_y = plot.at("y").text();
  }
  return out;
}

}  // namespace lacuna
