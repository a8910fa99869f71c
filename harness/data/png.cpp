#include "data/png.hpp"

#include <zlib.h>

#include <string>

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

std::string u32(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string chunk(const std::string& type, const std::string& data) {
  const auto body = type + data;
  const auto sum =
      crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
  return u32(static_cast<std::uint32_t>(data.size())) + body + u32(static_cast<std::uint32_t>(sum));
}

}  // namespace

std::string to_png(const Bitmap& bitmap) {
  const auto row = static_cast<std::size_t>(bitmap.width) * 3;
  std::string lines;
  lines.reserve((row + 1) * static_cast<std::size_t>(bitmap.height));
  for (std::size_t y = 0; y < static_cast<std::size_t>(bitmap.height); ++y) {
    const auto* begin = bitmap.rgb.data() + y * row;
    lines += '\1';  // each byte as the difference to the pixel on its left
    for (std::size_t x = 0; x < row; ++x)
      lines += static_cast<char>(begin[x] - (x < 3 ? 0 : begin[x - 3]));
  }
  auto size = compressBound(lines.size());
  std::string packed(size, '\0');
  if (compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                reinterpret_cast<const Bytef*>(lines.data()), lines.size(), 6) != Z_OK)
    throw Error("a picture: cannot be compressed");
  packed.resize(size);
  const auto header = u32(static_cast<std::uint32_t>(bitmap.width)) +
                      u32(static_cast<std::uint32_t>(bitmap.height)) +
                      std::string("\x08\x02\0\0\0", 5);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("IDAT", packed) + chunk("IEND", "");
}

void write_png(const std::filesystem::path& path, const Bitmap& bitmap) {
  write_file_atomically(path, to_png(bitmap));
}

}  // namespace lacuna
