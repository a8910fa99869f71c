#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/format.hpp"
#include "report/html_parts.hpp"
#include "report/html_text.hpp"

namespace lacuna::report {
namespace {

constexpr double width = 1000, height = 600, left = 62, right = 70, top = 18, bottom = 56,
                 inset = 12;
constexpr std::size_t hues = 8;

struct Box {
  double x, y, w, h;
};

double overlap(const Box& a, const Box& b) {
  const double w = std::min(a.x + a.w, b.x + b.w) - std::max(a.x, b.x);
  const double h = std::min(a.y + a.h, b.y + b.h) - std::max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

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

std::string grid(const Axes& axes) {
  std::string out = fmt::format(R"(<rect class="frame" x="{}" y="{}" width="{}" height="{}"/>)",
                                left, top, width - left - right, height - top - bottom);
  const auto ticks = [](double low) {
    const double step = 1 - low <= 0.45 ? 0.1 : 0.2;
    std::vector<double> all;
    for (int i = 0; 1 - i * step >= low - 1e-9 && i < 100; ++i) all.push_back(1 - i * step);
    return all;
  };
  for (const double tick : ticks(axes.x_low)) {
    const double x = axes.x(tick);
    out += fmt::format(R"(<line class="grid" x1="{0:.1f}" x2="{0:.1f}" y1="{1}" y2="{2}"/>)", x,
                       top, height - bottom);
    out += fmt::format(R"(<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{:.0f}</text>)",
                       x, height - bottom + 19, 100 * tick);
  }
  for (const double tick : ticks(axes.y_low)) {
    const double y = axes.y(tick);
    out += fmt::format(R"(<line class="grid" x1="{0}" x2="{1}" y1="{2:.1f}" y2="{2:.1f}"/>)", left,
                       width - right, y);
    out += fmt::format(R"(<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>)",
                       left - 9, y + 4.5, typographic(fmt::format("{:.0f}", 100 * tick + 0.0)));
  }
  out += fmt::format(
      R"svg(<text class="axis" x="{}" y="{}" text-anchor="middle">Utility, %: what is kept →</text>)svg",
      (left + width - right) / 2, height - 10);
  out += fmt::format(
      R"svg(<text class="axis" transform="translate(17 {}) rotate(-90)" text-anchor="middle">Quality, %: what is forgotten →</text>)svg",
      (top + height - bottom) / 2);
  return out;
}

// Points of equal Q-U = c: quality = c u / (2u - c).
std::string curves(const Axes& axes) {
  std::string out;
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
    out += fmt::format(R"(<polyline class="iso" points="{}"/>)", path);
    if (end < axes.y_low) continue;
    out += fmt::format(R"(<text class="iso-label" x="{}" y="{:.1f}">{}{:.0f}</text>)",
                       width - right + 8, axes.y(end) + 4, c == 0.95 ? "Q‑U " : "", 100 * c);
  }
  return out;
}

std::string shape(const Mark& mark, double x, double y, double r) {
  const std::string look = fmt::format("mark h{}{}", mark.hue, mark.row->kl ? "" : " plain");
  switch (mark.shape) {
    case 0:
      return fmt::format(R"(<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"/>)", look, x, y, r);
    case 1:
      return fmt::format(R"(<rect class="{}" x="{:.1f}" y="{:.1f}" width="{}" height="{}"/>)", look,
                         x - r, y - r, 2 * r, 2 * r);
    default:
      return fmt::format(
          R"(<polygon class="{}" points="{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}"/>)", look, x,
          y - 1.2 * r, x + 1.1 * r, y + 0.8 * r, x - 1.1 * r, y + 0.8 * r);
  }
}

std::string whiskers(const Mark& mark, const Axes& axes) {
  std::string out;
  const auto draw = [&](double x1, double y1, double x2, double y2) {
    out += fmt::format(
        R"(<line class="whisker h{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", mark.hue,
        x1, y1, x2, y2);
  };
  const auto x = [&](double value) { return std::clamp(axes.x(value), left, width - right); };
  const auto y = [&](double value) { return std::clamp(axes.y(value), top, height - bottom); };
  const double u = mark.utility->mean(), q = mark.quality->mean();
  if (const auto sd = mark.utility->sd()) draw(x(u - *sd), mark.y, x(u + *sd), mark.y);
  if (const auto sd = mark.quality->sd()) draw(mark.x, y(q - *sd), mark.x, y(q + *sd));
  return out;
}

struct Labels {
  std::string texts, leaders;
};

// Each label goes where it covers least, tried from near to far; a far one gets a line to its mark.
Labels labels(const std::vector<Mark>& marks) {
  const Box canvas{left + 2, top + 2, width - left - right - 4, height - top - bottom - 4};
  std::vector<Box> taken;
  for (const auto& mark : marks) taken.push_back({mark.x - 8, mark.y - 8, 16, 16});
  Labels out;
  for (const auto& mark : marks) {
    const double w = 7.9 * static_cast<double>(mark.row->label.size()) + 2, h = 16;
    Box best{};
    double best_cost = 1e30, best_distance = 0, best_side = 0;
    for (const double distance : {13.0, 24.0, 40.0, 58.0, 78.0, 100.0}) {
      for (int turn = 0; turn < 16; ++turn) {
        const double angle = turn * std::acos(-1.0) / 8, side = std::cos(angle);
        const Box box{mark.x + distance * side - w * (1 - side) / 2,
                      mark.y + distance * std::sin(angle) - h / 2, w, h};
        double cost = distance * 0.4 + 8 * (w * h - overlap(box, canvas));
        for (const auto& other : taken) cost += 4 * overlap(box, other);
        if (cost < best_cost) {
          best = box, best_cost = cost, best_distance = distance, best_side = side;
        }
      }
    }
    taken.push_back(best);
    if (best_distance > 20) {
      out.leaders += fmt::format(
          R"(<line class="leader" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>)", mark.x,
          mark.y, std::clamp(mark.x, best.x, best.x + best.w), best.y + best.h / 2);
    }
    const char* anchor = best_side > 0.5 ? "start" : best_side < -0.5 ? "end" : "middle";
    const double x = best_side > 0.5    ? best.x + 1
                     : best_side < -0.5 ? best.x + best.w - 1
                                        : best.x + best.w / 2;
    out.texts +=
        fmt::format(R"(<text class="label" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>)", x,
                    best.y + 12, anchor, esc(mark.row->label));
  }
  return out;
}

std::string legend(const std::vector<Mark>& marks) {
  std::map<std::string, const Mark*> methods;
  bool with = false, without = false;
  for (const auto& mark : marks) {
    methods.emplace(mark.row->method_id, &mark);
    (mark.row->kl ? with : without) = true;
  }
  std::string out = "<ul class=\"legend\">\n";
  const auto entry = [&](const Mark& mark, const std::string& markup) {
    out += fmt::format(R"(<li><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</li>)",
                       shape(mark, 8, 8, 5.5), markup) +
           "\n";
  };
  for (const auto& [id, mark] : methods) {
    Row filled{.kl = true};
    Mark swatch = *mark;
    swatch.row = &filled;
    entry(swatch, esc(id));
  }
  if (with && without) {
    const Row filled{.kl = true}, plain{.kl = false};
    Mark swatch{.hue = hues, .shape = 0};
    swatch.row = &filled;
    entry(swatch, "with KL");
    swatch.row = &plain;
    entry(swatch, "without KL");
  }
  return out + "</ul>\n";
}

bool plottable(const Row& row) {
  const auto defined = [&](const char* id) {
    const auto found = row.measures.find(id);
    return found != row.measures.end() && found->second.defined();
  };
  return defined("utility") && defined("quality");
}

}  // namespace

std::string scatter_plot(const Board& board, const Place& place) {
  std::map<std::string, std::size_t>
      hue_of;  // by method id, so that a colour stays when the ranking moves
  for (const auto& row : board.rows) {
    if (plottable(row)) hue_of.emplace(row.method_id, 0);
  }
  std::size_t next = 0;
  for (auto& [id, hue] : hue_of) hue = next++;

  std::vector<Mark> marks;
  Axes axes{.x_low = 1, .y_low = 1};
  for (std::size_t i = 0; i < board.rows.size(); ++i) {
    const Row& row = board.rows[i];
    if (!plottable(row)) continue;
    const auto utility = row.measures.find("utility"), quality = row.measures.find("quality");
    const std::size_t hue = hue_of[row.method_id];
    marks.push_back({.row = &row,
                     .index = i + 1,
                     .hue = hue % hues,
                     .shape = hue / hues,
                     .utility = &utility->second,
                     .quality = &quality->second});
    for (const auto& value : utility->second.values) axes.x_low = std::min(axes.x_low, value.value);
    for (const auto& value : quality->second.values) axes.y_low = std::min(axes.y_low, value.value);
  }
  if (marks.empty()) return "";
  axes.x_low = std::max(0.0, round_below(axes.x_low));
  axes.y_low = round_below(axes.y_low);
  if (axes.y_low < 0.21 && axes.y_low > 0) axes.y_low = 0;

  std::string seeds, spreads, means;
  for (auto& mark : marks) {
    mark.x = axes.x(mark.utility->mean());
    mark.y = axes.y(mark.quality->mean());
    for (const auto& u : mark.utility->values) {
      for (const auto& q : mark.quality->values) {
        if (q.key != u.key || mark.utility->values.size() < 2) continue;
        seeds += fmt::format(R"(<circle class="seed-dot h{}" cx="{:.1f}" cy="{:.1f}" r="2.6"/>)",
                             mark.hue, axes.x(u.value), axes.y(q.value));
      }
    }
    spreads += whiskers(mark, axes);
    const auto q_u = mark.row->measures.find("q_u");
    const std::string title =
        fmt::format("{}: Quality {}, Utility {}, Q-U {}", mark.row->label,
                    mean_and_sd(*mark.quality), mean_and_sd(*mark.utility),
                    q_u == mark.row->measures.end() ? "-" : mean_and_sd(q_u->second));
    means += fmt::format(R"(<a href="#{}-r{}"><g><title>{}</title>{}</g></a>)", place.prefix,
                         mark.index, esc(title), shape(mark, mark.x, mark.y, 6.5));
  }
  const Labels names = labels(marks);
  return fmt::format(
             "<figure>\n<div class=\"scroll\" tabindex=\"0\">"
             R"(<svg class="scatter" viewBox="0 0 {0} {1}" role="img" aria-labelledby="{2}-sp-t {2}-sp-d">)"
             "<title id=\"{2}-sp-t\">Quality over Utility, one mark a method</title>"
             "<desc id=\"{2}-sp-d\">Every number of this plot is in the leaderboard above.</desc>",
             width, height, place.prefix) +
         grid(axes) + curves(axes) + names.leaders + seeds + spreads + means + names.texts +
         "</svg></div>\n" + legend(marks) + "</figure>\n";
}

}  // namespace lacuna::report
