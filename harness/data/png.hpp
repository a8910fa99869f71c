// PNG files, written with zlib alone: eight-bit RGB.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace lacuna {

struct Bitmap {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // height x width x 3
};

// The bytes of the file. Throws Error for a picture that cannot be compressed.
std::string to_png(const Bitmap& bitmap);

// Atomically. Throws Error("<path>: reason").
void write_png(const std::filesystem::path& path, const Bitmap& bitmap);

}  // namespace lacuna
