#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

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
constexpr double kWidth = 760, kHeight = 540, kLeft = 88, kRight = 60, kTop = 32, kBottom = 80,
                 kInset = 14, kRadius = 8, kDigit = 15, kLineHeight = 24;
constexpr std::size_t hues = 8, most_numbers = 60;

struct Mark {
  const Row* row = nullptr;
  std::size_t index = 0;  // of the row, from 1
  std::size_t hue = 0, shape = 0;
  const Measure *across = nullptr, *up = nullptr;
  double x = 0, y = 0;  // on the canvas
};

// Round numbers around every point, so that what is close together can be told apart.
struct Axis {
  double low = 0, high = 1, step = 0.2;
  bool fraction = true;

  double share(double value) const { return (value - low) / (high - low); }
  std::string text(double value) const {
    const auto number =
        fraction ? fmt::format("{:.0f}", 100 * value + 0.0) : fmt::format("{:.4g}", value);
    return typographic(number == "-0" ? "0" : number);
  }
  // From the high end, where the best of most values is.
  std::vector<double> ticks() const {
    std::vector<double> all;
    for (int i = 0; high - i * step >= low - step * 1e-6 && i < 100; ++i)
      all.push_back(high - i * step);
    return all;
  }
};

struct Axes {
  Axis across, up;

  double x(double value) const {
    return kLeft + kInset + across.share(value) * (kWidth - kLeft - kRight - 2 * kInset);
  }
  double y(double value) const {
    return kHeight - kBottom - kInset - up.share(value) * (kHeight - kTop - kBottom - 2 * kInset);
  }
};

std::string at(double place) { return fmt::format("{:.1f}", place); }

// Fractions end at 1 and start at a multiple of 0.2 below every point.
Axis fraction_axis(double low, double high) {
  Axis axis{.low = std::min(0.8, std::floor((low - 0.02) * 5) / 5),
            .high = high <= 1 ? 1 : std::ceil(high * 5) / 5};
  // A fifth of emptiness below zero says nothing.
  if (low >= 0) axis.low = std::max(0.0, axis.low);
  if (axis.low < 0.21 && axis.low > 0) axis.low = 0;
  axis.step = axis.high - axis.low <= 0.45 ? 0.1 : 0.2;
  while ((axis.high - axis.low) / axis.step > 10) axis.step *= 5;
  return axis;
}

// Some five steps of 1, 2 or 5 times a power of ten.
Axis plain_axis(double low, double high) {
  const double span = high > low ? high - low : std::max(1.0, std::abs(high));
  double step = std::pow(10, std::floor(std::log10(span / 5)));
  for (const double more : {2.0, 2.5, 2.0}) {
    if (span / step > 6) step *= more;
  }
  return {.low = std::floor((low - span * 0.05) / step) * step,
          .high = std::ceil((high + span * 0.05) / step) * step,
          .step = step,
          .fraction = false};
}

Axis axis_of(const std::vector<Mark>& marks, const Measure* Mark::*measure, const Column& column) {
  double low = (marks.front().*measure)->mean(), high = low;
  for (const auto& mark : marks) {
    for (const auto& value : (mark.*measure)->values) {
      low = std::min(low, value.value);
      high = std::max(high, value.value);
    }
  }
  return column.unit == "1" ? fraction_axis(low, high) : plain_axis(low, high);
}

// "Utility, %: what is kept →"
std::string axis_title(const Board& board, const Column& column) {
  std::string words;
  if (has_known_scores(board))
    words = column.id == board.plot_x.id ? ": what is kept" : ": what is forgotten";
  return (column.unit == "1" ? full_title(column) + ", %" : full_title(column)) + words + " →";
}

json grid(const Board& board, const Axes& axes) {
  json upright = json::array(), level = json::array();
  for (const double tick : axes.across.ticks())
    upright.push_back({{"x", at(axes.x(tick))}, {"text", axes.across.text(tick)}});
  for (const double tick : axes.up.ticks()) {
    const double y = axes.y(tick);
    level.push_back({{"y", at(y)}, {"text_y", at(y + 4.5)}, {"text", axes.up.text(tick)}});
  }
  return {{"left", kLeft},
          {"top", kTop},
          {"right", kWidth - kRight},
          {"bottom", kHeight - kBottom},
          {"width", kWidth - kLeft - kRight},
          {"height", kHeight - kTop - kBottom},
          {"middle_x", (kLeft + kWidth - kRight) / 2},
          {"middle_y", (kTop + kHeight - kBottom) / 2},
          {"upright_text_y", kHeight - kBottom + 25},
          {"level_text_x", kLeft - 9},
          {"axis_y", kHeight - 12},
          {"upright_title", axis_title(board, board.plot_x)},
          {"level_title", axis_title(board, board.plot_y)},
          {"upright", upright},
          {"level", level}};
}

// Points of equal Q-U = c: quality = c u / (2u - c).
json curves(const Axes& axes) {
  json out = json::array();
  double last = kHeight;
  for (const double c : {0.2, 0.4, 0.6, 0.8, 0.9, 0.95}) {
    const double end = c / (2 - c);  // where the curve meets utility 1 or quality 1
    std::string path;
    for (int i = 0; i <= 60; ++i) {
      const double u = end + (1 - end) * std::pow(i / 60.0, 2);
      const double q = c * u / (2 * u - c);
      if (u < axes.across.low || q < axes.up.low) continue;
      path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", axes.x(u), axes.y(q));
    }
    if (path.empty()) continue;
    const double y = axes.y(end);
    const bool labelled = end >= axes.up.low && last - y >= kLineHeight;
    if (labelled) last = y;
    out.push_back({{"points", path},
                   {"label", labelled ? fmt::format("{:.0f}", 100 * c) : ""},
                   {"x", kWidth - kRight + 8},
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
  const auto x = [&](double value) { return std::clamp(axes.x(value), kLeft, kWidth - kRight); };
  const auto y = [&](double value) { return std::clamp(axes.y(value), kTop, kHeight - kBottom); };
  const double u = mark.across->mean(), q = mark.up->mean();
  if (const auto sd = mark.across->sd()) draw(x(u - *sd), mark.y, x(u + *sd), mark.y);
  if (const auto sd = mark.up->sd()) draw(mark.x, y(q - *sd), mark.x, y(q + *sd));
  return out;
}

// The number of each mark beside it, of the best ones where there are too many to read; one that
// has to stand far off gets a line to its mark.
json labels(const std::vector<Mark>& marks) {
  std::vector<Label> places;
  for (const auto& mark : marks) {
    const auto digits = static_cast<double>(std::to_string(mark.index).size());
    places.push_back({.x = mark.x, .y = mark.y, .w = kDigit * digits + 2, .h = kLineHeight});
  }
  const Box canvas{kLeft + 2, kTop + 2, kWidth - kLeft - kRight - 4, kHeight - kTop - kBottom - 4};
  place_labels(places, most_numbers, canvas, kRadius + 2);
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

bool plottable(const Board& board, const Row& row) {
  return defined_measure(row, board.plot_x) && defined_measure(row, board.plot_y);
}

// The rows that have both values, their colours by method id, so that a colour stays when the
// ranking moves.
std::vector<Mark> marks_of(const Board& board) {
  std::map<std::string, std::size_t> hue_of;
  for (const auto& row : board.rows) {
    if (plottable(board, row)) hue_of.emplace(row.method_id, 0);
  }
  std::size_t next = 0;
  for (auto& [id, hue] : hue_of) hue = next++;
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const Row& row = board.rows[i];
    if (!plottable(board, row)) continue;
    const std::size_t hue = hue_of[row.method_id];
    marks.push_back({.row = &row,
                     .index = i + 1,
                     .hue = hue % hues,
                     .shape = hue / hues,
                     .across = measure_of(row, board.plot_x),
                     .up = measure_of(row, board.plot_y)});
  }
  return marks;
}

std::string mark_title(const Board& board, const Mark& mark) {
  std::string out = mark.row->label;
  const char* between = ": ";
  for (const auto* column : {&board.plot_y, &board.plot_x, &board.rank}) {
    const auto* measure = measure_of(*mark.row, *column);
    out += fmt::format("{}{} {}", std::exchange(between, ", "), column->title,
                       measure ? mean_and_sd(*measure, column->unit) : "-");
  }
  return out;
}

std::string plot_words(const Board& board) {
  return full_title(board.plot_y) + " over " + full_title(board.plot_x);
}

}  // namespace

bool has_known_scores(const Board& board) {
  const auto is = [](const Column& column, const char* id, const char* metric) {
    return column.id == id && column.metric == metric && column.shipped;
  };
  return is(board.rank, "q_u", "q_u") && is(board.plot_x, "utility", "utility") &&
         is(board.plot_y, "quality", "forgetting_quality");
}

std::string plot_title(const Board& board) {
  return has_known_scores(board) ? "Forgetting against keeping" : plot_words(board);
}

std::string scatter_plot(const Board& board, const Place& place) {
  auto marks = marks_of(board);
  if (marks.empty()) return "";
  const Axes axes{.across = axis_of(marks, &Mark::across, board.plot_x),
                  .up = axis_of(marks, &Mark::up, board.plot_y)};
  json seeds = json::array(), spreads = json::array(), means = json::array();
  for (auto& mark : marks) {
    mark.x = axes.x(mark.across->mean());
    mark.y = axes.y(mark.up->mean());
    for (const auto& u : mark.across->values) {
      for (const auto& q : mark.up->values) {
        if (q.key != u.key || mark.across->values.size() < 2) continue;
        seeds.push_back(
            {{"hue", mark.hue}, {"x", at(axes.x(u.value))}, {"y", at(axes.y(q.value))}});
      }
    }
    for (auto& line : whiskers(mark, axes)) spreads.push_back(std::move(line));
    means.push_back(
        {{"href", place.row(mark.index)},
         {"title", mark_title(board, mark)},
         {"shape", shape(mark.hue, mark.shape, mark.row->kl, mark.x, mark.y, kRadius)}});
  }
  return render("scatter", {{"plot", place.prefix + "-sp"},
                            {"canvas_width", kWidth},
                            {"canvas_height", kHeight},
                            {"title", plot_words(board)},
                            {"grid", grid(board, axes)},
                            {"known", has_known_scores(board)},
                            {"curves", has_known_scores(board) ? curves(axes) : json()},
                            {"iso_x", kWidth - kRight + 8},
                            {"iso_y", kTop - 8},
                            {"seeds", seeds},
                            {"spreads", spreads},
                            {"means", means},
                            {"labels", labels(marks)},
                            {"legend", legend(marks)}});
}

}  // namespace lacuna::report
