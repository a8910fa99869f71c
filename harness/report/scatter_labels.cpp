#include "report/scatter_labels.hpp"

#include <algorithm>
#include <cmath>

namespace lacuna::report {
namespace {

constexpr int turns = 24;
constexpr double steps[] = {0, 9, 20, 34, 52, 74, 100, 130, 170, 220};

}  // namespace

double overlap(const Box& a, const Box& b) {
  const double w = std::min(a.x + a.w, b.x + b.w) - std::max(a.x, b.x);
  const double h = std::min(a.y + a.h, b.y + b.h) - std::max(a.y, b.y);
  return w > 0 && h > 0 ? w * h : 0;
}

void place_labels(std::vector<Label>& labels, std::size_t most, const Box& canvas, double radius) {
  std::vector<Box> taken;
  for (const auto& label : labels)
    taken.push_back({label.x - radius, label.y - radius, 2 * radius, 2 * radius});
  for (std::size_t i = 0; i < std::min(most, labels.size()); ++i) {
    Label& label = labels[i];
    double best_cost = 1e30;
    for (const double step : steps) {
      for (int turn = 0; turn < turns; ++turn) {
        const double angle = turn * 2 * std::acos(-1.0) / turns;
        const double side = std::cos(angle), rise = std::sin(angle);
        // Its nearest point lies `step` from the mark's edge.
        const Box box{label.x + (radius + step + label.w / 2) * side - label.w / 2,
                      label.y + (radius + step + label.h / 2) * rise - label.h / 2, label.w,
                      label.h};
        double cost = step + 50 * (label.w * label.h - overlap(box, canvas));
        for (const auto& other : taken) cost += 20 * overlap(box, other);
        if (cost < best_cost) best_cost = cost, label.box = box, label.far = step > 9;
      }
      if (best_cost <= step) break;  // what lies farther costs more
    }
    taken.push_back(label.box);
  }
}

}  // namespace lacuna::report
