// PNG files, written with zlib alone: eight-bit RGB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace lacuna {

struct Bitmap {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // height x width x 3
};

// Atomically. Throws Error("<path>: reason").
void write_png(const std::filesystem::path& path, const Bitmap& bitmap);

}  // namespace lacuna
