// The rows of CompCars-S that both of its layouts write.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "miniature/miniature.hpp"

namespace lacuna::miniature {

struct Car {
  std::int64_t label;
  std::uint64_t index;     // of the picture within its class
  std::string year, file;  // "2014", "9183a524e3939d.jpg"
  bool test;
};

// Every picture, test ones first. With options().lists the test pictures are those of
// compcars_s/test.jsonl there, which is copied; otherwise they are made up, and a list is written.
std::vector<Car> list_cars(Writer& writer);

}  // namespace lacuna::miniature
