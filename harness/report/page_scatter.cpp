#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"
#include "report/page_text.hpp"
#include "report/scatter_labels.hpp"

namespace lacuna::report {
namespace {

using nlohmann::json;

// In units of the drawing. A phone shows it at less than half its size, with text twice as large:
// margins and labels have the room for that.
constexpr double width = 760, height = 540, left = 88, right = 60, top = 32, bottom = 80,
                 inset = 14, radius = 8, digit = 15, line_height = 24;
constexpr std::size_t hues = 8, most_numbers = 60;

struct Mark {
  const Row* row = nullptr;
  std::size_t index = 0;  // of the row, from 1
  std::size_t hue = 0, shape = 0;
  const Measure *utility = nullptr, *quality = nullptr;
  double x = 0, y = 0;  // on the canvas
};

struct Axes {
  double x_low, y_low;  // both end at 1

  double x(double utility) const {
    return left + inset + (utility - x_low) / (1 - x_low) * (width - left - right - 2 * inset);
  }
  double y(double quality) const {
    return height - bottom - inset -
           (quality - y_low) / (1 - y_low) * (height - top - bottom - 2 * inset);
  }
};

// The axes start at a round number below every point, so that what is close together can be told
// apart.
double round_below(double value) { return std::min(0.8, std::floor((value - 0.02) * 5) / 5); }

std::string at(double place) { return fmt::format("{:.1f}", place); }

std::vector<double> ticks(double low) {
  const double step = 1 - low <= 0.45 ? 0.1 : 0.2;
  std::vector<double> all;
  for (int i = 0; 1 - i * step >= low - 1e-9 && i < 100; ++i) all.push_back(1 - i * step);
  return all;
}

json grid(const Axes& axes) {
  json upright = json::array(), level = json::array();
  for (const double tick : ticks(axes.x_low))
    upright.push_back({{"x", at(axes.x(tick))}, {"text", fmt::format("{:.0f}", 100 * tick)}});
  for (const double tick : ticks(axes.y_low)) {
    const double y = axes.y(tick);
    level.push_back({{"y", at(y)},
                     {"text_y", at(y + 4.5)},
                     {"text", typographic(fmt::format("{:.0f}", 100 * tick + 0.0))}});
  }
  return {{"left", left},
          {"top", top},
          {"right", width - right},
          {"bottom", height - bottom},
          {"width", width - left - right},
          {"height", height - top - bottom},
          {"middle_x", (left + width - right) / 2},
          {"middle_y", (top + height - bottom) / 2},
          {"upright_text_y", height - bottom + 25},
          {"level_text_x", left - 9},
          {"axis_y", height - 12},
          {"upright", upright},
          {"level", level}};
}

// Points of equal Q-U = c: quality = c u / (2u - c).
json curves(const Axes& axes) {
  json out = json::array();
  double last = height;
  for (const double c : {0.2, 0.4, 0.6, 0.8, 0.9, 0.95}) {
    const double end = c / (2 - c);  // where the curve meets utility 1 or quality 1
    std::string path;
    for (int i = 0; i <= 60; ++i) {
      const double u = end + (1 - end) * std::pow(i / 60.0, 2);
      const double q = c * u / (2 * u - c);
      if (u < axes.x_low || q < axes.y_low) continue;
      path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", axes.x(u), axes.y(q));
    }
    if (path.empty()) continue;
    const double y = axes.y(end);
    const bool labelled = end >= axes.y_low && last - y >= line_height;
    if (labelled) last = y;
    out.push_back({{"points", path},
                   {"label", labelled ? fmt::format("{:.0f}", 100 * c) : ""},
                   {"x", width - right + 8},
                   {"y", at(y + 5)}});
  }
  return out;
}

// One of circle, square, triangle.
json shape(std::size_t hue, std::size_t kind, bool filled, double x, double y, double r) {
  json out{{"look", fmt::format("mark h{}{}", hue, filled ? "" : " plain")},
           {"circle", json()},
           {"square", json()},
           {"triangle", json()}};
  if (kind == 0) {
    out["circle"] = {{"x", at(x)}, {"y", at(y)}, {"r", r}};
  } else if (kind == 1) {
    out["square"] = {{"x", at(x - r)}, {"y", at(y - r)}, {"size", 2 * r}};
  } else {
    out["triangle"] = fmt::format("{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}", x, y - 1.2 * r,
                                  x + 1.1 * r, y + 0.8 * r, x - 1.1 * r, y + 0.8 * r);
  }
  return out;
}

json whiskers(const Mark& mark, const Axes& axes) {
  json out = json::array();
  const auto draw = [&](double x1, double y1, double x2, double y2) {
    out.push_back(
        {{"hue", mark.hue}, {"x1", at(x1)}, {"y1", at(y1)}, {"x2", at(x2)}, {"y2", at(y2)}});
  };
  const auto x = [&](double value) { return std::clamp(axes.x(value), left, width - right); };
  const auto y = [&](double value) { return std::clamp(axes.y(value), top, height - bottom); };
  const double u = mark.utility->mean(), q = mark.quality->mean();
  if (const auto sd = mark.utility->sd()) draw(x(u - *sd), mark.y, x(u + *sd), mark.y);
  if (const auto sd = mark.quality->sd()) draw(mark.x, y(q - *sd), mark.x, y(q + *sd));
  return out;
}

// The number of each mark beside it, of the best ones where there are too many to read; one that
// has to stand far off gets a line to its mark.
json labels(const std::vector<Mark>& marks) {
  std::vector<Label> places;
  for (const auto& mark : marks) {
    const auto digits = static_cast<double>(std::to_string(mark.index).size());
    places.push_back({.x = mark.x, .y = mark.y, .w = digit * digits + 2, .h = line_height});
  }
  const Box canvas{left + 2, top + 2, width - left - right - 4, height - top - bottom - 4};
  place_labels(places, most_numbers, canvas, radius + 2);
  json out = json::array();
  for (std::size_t i = 0; i < std::min(most_numbers, places.size()); ++i) {
    const auto& [x, y, w, h, box, far] = places[i];
    out.push_back({{"far", far},
                   {"x", at(box.x + box.w / 2)},
                   {"y", at(box.y + box.h / 2)},
                   {"mark_x", at(x)},
                   {"mark_y", at(y)},
                   {"number", marks[i].index}});
  }
  return out;
}

json legend(const std::vector<Mark>& marks) {
  json out = json::array();
  bool with = false, without = false;
  for (const auto& mark : marks) {
    out.push_back({{"shape", shape(mark.hue, mark.shape, mark.row->kl, 8, 8, 5.5)},
                   {"number", mark.index},
                   {"label", mark.row->label}});
    (mark.row->kl ? with : without) = true;
  }
  if (with && without) {
    for (const bool filled : {true, false})
      out.push_back({{"shape", shape(hues, 0, filled, 8, 8, 5.5)},
                     {"number", ""},
                     {"label", filled ? "filled: with KL" : "hollow: without KL"}});
  }
  return out;
}

bool plottable(const Row& row) {
  const auto defined = [&](const char* id) {
    const auto found = row.measures.find(id);
    return found != row.measures.end() && found->second.defined();
  };
  return defined("utility") && defined("quality");
}

// The rows that have both scores, their colours by method id, so that a colour stays when the
// ranking moves.
std::vector<Mark> marks_of(const Board& board) {
  std::map<std::string, std::size_t> hue_of;
  for (const auto& row : board.rows) {
    if (plottable(row)) hue_of.emplace(row.method_id, 0);
  }
  std::size_t next = 0;
  for (auto& [id, hue] : hue_of) hue = next++;
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const Row& row = board.rows[i];
    if (!plottable(row)) continue;
    const std::size_t hue = hue_of[row.method_id];
    marks.push_back({.row = &row,
                     .index = i + 1,
                     .hue = hue % hues,
                     .shape = hue / hues,
                     .utility = &row.measures.at("utility"),
                     .quality = &row.measures.at("quality")});
  }
  return marks;
}

Axes axes_of(const std::vector<Mark>& marks) {
  Axes axes{.x_low = 1, .y_low = 1};
  for (const auto& mark : marks) {
    for (const auto& value : mark.utility->values) axes.x_low = std::min(axes.x_low, value.value);
    for (const auto& value : mark.quality->values) axes.y_low = std::min(axes.y_low, value.value);
  }
  axes.x_low = std::max(0.0, round_below(axes.x_low));
  axes.y_low = round_below(axes.y_low);
  if (axes.y_low < 0.21 && axes.y_low > 0) axes.y_low = 0;
  return axes;
}

}  // namespace

std::string scatter_plot(const Board& board, const Place& place) {
  auto marks = marks_of(board);
  if (marks.empty()) return "";
  const Axes axes = axes_of(marks);
  json seeds = json::array(), spreads = json::array(), means = json::array();
  for (auto& mark : marks) {
    mark.x = axes.x(mark.utility->mean());
    mark.y = axes.y(mark.quality->mean());
    for (const auto& u : mark.utility->values) {
      for (const auto& q : mark.quality->values) {
        if (q.key != u.key || mark.utility->values.size() < 2) continue;
        seeds.push_back(
            {{"hue", mark.hue}, {"x", at(axes.x(u.value))}, {"y", at(axes.y(q.value))}});
      }
    }
    for (auto& line : whiskers(mark, axes)) spreads.push_back(std::move(line));
    const auto q_u = mark.row->measures.find("q_u");
    means.push_back(
        {{"href", place.row(mark.index)},
         {"title", fmt::format("{}: Quality {}, Utility {}, Q-U {}", mark.row->label,
                               mean_and_sd(*mark.quality), mean_and_sd(*mark.utility),
                               q_u == mark.row->measures.end() ? "-" : mean_and_sd(q_u->second))},
         {"shape", shape(mark.hue, mark.shape, mark.row->kl, mark.x, mark.y, radius)}});
  }
  return render("scatter", {{"plot", place.prefix + "-sp"},
                            {"canvas_width", width},
                            {"canvas_height", height},
                            {"grid", grid(axes)},
                            {"curves", curves(axes)},
                            {"iso_x", width - right + 8},
                            {"iso_y", top - 8},
                            {"seeds", seeds},
                            {"spreads", spreads},
                            {"means", means},
                            {"labels", labels(marks)},
                            {"legend", legend(marks)}});
}

}  // namespace lacuna::report
