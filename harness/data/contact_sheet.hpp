// Pictures of a data set side by side with their class names, to see at a glance whether labels
// fit.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/png.hpp"
#include "lacuna/dataset.hpp"

namespace lacuna {

struct SheetOptions {
  std::string split = "test";
  std::int64_t per_class = 1;
  std::vector<std::string> classes;  // fine or coarse names; empty: all
  std::uint64_t seed = 1;
  int tile = 112;  // pixels a picture's longer side is fitted to
};

struct Sheet {
  Bitmap bitmap;
  std::vector<std::int64_t> indices;  // of the pictures shown, in reading order
  std::size_t unreadable = 0;         // of these; their tiles are empty
  std::string reason;                 // of the first of them
};

// Classes in label order, each with at most `per_class` pictures drawn by the seed. Throws
// ConfigError: no such split or class, no picture of any of them. A picture that cannot be read is
// shown as an empty tile.
Sheet contact_sheet(const Dataset& dataset, const SheetOptions& options);

}  // namespace lacuna
