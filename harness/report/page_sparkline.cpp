#include <fmt/format.h>

#include <algorithm>

#include "report/format.hpp"
#include "report/page_parts.hpp"
#include "report/page_template.hpp"

namespace lacuna::report {
namespace {

constexpr double kSparkWidth = 120, kSparkHeight = 28, kSparkPad = 2;
constexpr std::size_t kMostPoints = 48;

using Series = std::vector<std::pair<double, double>>;  // step, value

Series series(const Cell& cell, std::optional<double> TrajectoryPoint::*member) {
  Series all;
  for (const auto& point : cell.trajectory) {
    if (const auto& value = point.*member) all.emplace_back(point.step, *value);
  }
  if (all.size() <= kMostPoints) return all;
  Series some;  // evenly spaced, the first and the last always in
  for (std::size_t i = 0; i < kMostPoints; ++i)
    some.push_back(all[i * (all.size() - 1) / (kMostPoints - 1)]);
  return some;
}

nlohmann::json spark_line(const Series& points, double low, double high, const char* kind) {
  const double begin = points.front().first, span = std::max(points.back().first - begin, 1e-12);
  std::string path;
  for (const auto& [step, value] : points) {
    const double x = kSparkPad + (step - begin) / span * (kSparkWidth - 2 * kSparkPad);
    const double share = high > low ? std::clamp((value - low) / (high - low), 0.0, 1.0) : 0.5;
    path += fmt::format("{}{:.1f},{:.1f}", path.empty() ? "" : " ", x,
                        kSparkHeight - kSparkPad - share * (kSparkHeight - 2 * kSparkPad));
  }
  return {{"kind", kind}, {"points", path}};
}

}  // namespace

std::string sparkline(const Cell& cell) {
  const Series accuracy = series(cell, &TrajectoryPoint::forget_accuracy);
  const Series loss = series(cell, &TrajectoryPoint::loss);
  if (accuracy.size() < 2 && loss.size() < 2) return "";
  std::string title;
  auto lines = nlohmann::json::array();
  if (loss.size() >= 2) {
    const auto [low, high] = std::minmax_element(
        loss.begin(), loss.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    lines.push_back(spark_line(loss, low->second, high->second, "loss"));
    title = fmt::format("loss {:.3g} to {:.3g}", loss.front().second, loss.back().second);
  }
  if (accuracy.size() >= 2) {
    lines.push_back(spark_line(accuracy, 0, 1, "acc"));
    title = fmt::format("Forget accuracy {} to {} %", percent(accuracy.front().second),
                        percent(accuracy.back().second)) +
            (title.empty() ? "" : ", " + title);
  }
  title += fmt::format(" over {:.0f} steps",
                       cell.trajectory.back().step - cell.trajectory.front().step + 1);
  if (cell.kept_epoch) title += fmt::format(", epoch {} kept", *cell.kept_epoch);
  return render("sparkline", {{"width", static_cast<int>(kSparkWidth)},
                              {"height", static_cast<int>(kSparkHeight)},
                              {"title", title},
                              {"lines", lines}});
}

}  // namespace lacuna::report
