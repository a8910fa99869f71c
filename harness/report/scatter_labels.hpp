// Where the numbers of a plot's marks stand, so that none covers another or a mark.
#pragma once

#include <cstddef>
#include <vector>

namespace lacuna::report {

struct Box {
  double x, y, w, h;  // upper left corner and size
};

double overlap(const Box& a, const Box& b);  // area; 0 where they only touch

struct Label {
  double x = 0, y = 0;  // of its mark
  double w = 0, h = 0;
  Box box = {};      // where it goes
  bool far = false;  // so far that a line has to lead to it
};

// Gives the first `most` labels their box within `canvas`: where it covers least, tried from near
// to far, those before it and all marks (squares of 2 * radius) taken into account. The others keep
// none. Of n labels, O(most * n).
void place_labels(std::vector<Label>& labels, std::size_t most, const Box& canvas, double radius);

}  // namespace lacuna::report
