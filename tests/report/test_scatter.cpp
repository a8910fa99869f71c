#include <catch2/catch_test_macros.hpp>
#include <random>

#include "report/scatter_labels.hpp"

using namespace lacuna::report;

namespace {

const Box canvas{90, 34, 608, 424};
constexpr double radius = 10;

std::vector<Label> labelled(const std::vector<std::pair<double, double>>& marks) {
  std::vector<Label> labels;
  for (const auto& [x, y] : marks) labels.push_back({.x = x, .y = y, .w = 32, .h = 24});
  place_labels(labels, labels.size(), canvas, radius);
  return labels;
}

void check_free(const std::vector<Label>& labels) {
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Box& box = labels[i].box;
    INFO("label " << i);
    CHECK(overlap(box, canvas) > box.w * box.h - 1e-6);
    for (std::size_t j = 0; j < labels.size(); ++j) {
      const Box mark{labels[j].x - radius, labels[j].y - radius, 2 * radius, 2 * radius};
      CHECK(overlap(box, mark) < 1e-6);
      if (j != i) CHECK(overlap(box, labels[j].box) < 1e-6);
    }
  }
}

}  // namespace

TEST_CASE("labels of marks that crowd into the winning corner do not cover one another") {
  check_free(labelled({{690, 40}, {684, 44}, {688, 41}, {680, 40}, {691, 47}, {670, 40}}));
  check_free(labelled(std::vector<std::pair<double, double>>(12, {685, 45})));
}

TEST_CASE("a label alone stands beside its mark, without a line to it", "[property]") {
  const auto labels = labelled({{300, 200}});
  check_free(labels);
  CHECK_FALSE(labels.front().far);
}

TEST_CASE("labels of random marks find a free place", "[property]") {
  std::mt19937 generator(7);
  std::uniform_real_distribution<double> x(100, 690), y(45, 450);
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<double, double>> marks(24);
    for (auto& mark : marks) mark = {x(generator), y(generator)};
    check_free(labelled(marks));
  }
}

TEST_CASE("of too many marks the first ones get their labels, and the time stays bounded") {
  std::vector<Label> labels(3000, {.x = 300, .y = 200, .w = 32, .h = 24});
  place_labels(labels, 4, canvas, radius);
  CHECK(labels[3].box.w == 32);
  CHECK(labels[4].box.w == 0);
}
