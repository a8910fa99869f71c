// Windows bitmaps, read here: OpenCV and Pillow scale 16-bit colours differently.
#include <algorithm>
#include <array>
#include <vector>

#include "pictures/kinds.hpp"

namespace lacuna::pictures {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::uint32_t number(std::size_t at, int count) const {
    std::uint32_t value = 0;
    for (int i = count; i-- > 0;) value = value << 8 | byte(at + static_cast<std::size_t>(i));
    return value;
  }
  std::uint8_t byte(std::size_t at) const {
    if (at >= bytes_.size()) cut_short("BMP");
    return static_cast<std::uint8_t>(bytes_[at]);
  }
  std::size_t size() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

using Colour = std::array<std::uint8_t, 3>;

enum Compression : std::uint32_t { raw = 0, rle8 = 1, rle4 = 2, bit_fields = 3 };

struct Header {
  std::int64_t width, height;
  bool top_down = false;
  std::uint32_t bits, compression = raw, colours = 0;
  std::size_t pixels;                    // where they begin
  std::array<std::uint32_t, 4> masks{};  // red, green, blue, alpha
  std::vector<Colour> palette;
};

void read_palette(const Reader& file, std::size_t at, std::size_t entry, Header& header) {
  const auto count = header.colours != 0 ? header.colours : 1u << header.bits;
  if (count > 65536) damaged("BMP", "a palette of " + std::to_string(count) + " colours");
  header.palette.resize(std::max<std::size_t>(count, 256));  // black beyond the palette's end
  bool grey = true;
  for (std::uint32_t i = 0; i < count; ++i, at += entry) {
    header.palette[i] = {file.byte(at + 2), file.byte(at + 1), file.byte(at)};
    const auto level = count == 2 ? i * 255 : i;
    for (const auto value : header.palette[i]) grey = grey && value == level;
  }
  // Pillow forgets a palette that only says "grey"; indices beyond it are grey levels then.
  if (grey && count != 2)
    for (std::size_t i = 0; i < 256; ++i) header.palette[i].fill(static_cast<std::uint8_t>(i));
}

Header read_header(const Reader& file) {
  Header header{};
  const auto size = file.number(14, 4);
  const bool core = size == 12;
  if (core) {
    header.width = file.number(18, 2);
    header.height = file.number(20, 2);
    header.bits = file.number(24, 2);
  } else if (size == 40 || size == 52 || size == 56 || size == 64 || size == 108 || size == 124) {
    header.top_down = file.byte(25) == 0xff;
    header.width = file.number(18, 4);
    header.height = header.top_down ? (std::int64_t{1} << 32) - file.number(22, 4)
                                    : std::int64_t{file.number(22, 4)};
    header.bits = file.number(28, 2);
    header.compression = file.number(30, 4);
    header.colours = file.number(46, 4);
  } else {
    damaged("BMP", "a header of " + std::to_string(size) + " bytes");
  }
  constexpr std::array known{1u, 4u, 8u, 16u, 24u, 32u};
  if (std::find(known.begin(), known.end(), header.bits) == known.end())
    damaged("BMP", std::to_string(header.bits) + " bits a pixel");
  auto end = std::size_t{14} + size;
  if (header.compression == bit_fields) {
    for (std::size_t i = 0; i < (size >= 56 ? 4 : 3); ++i)
      header.masks[i] = file.number(54 + 4 * i, 4);
    if (size == 40) end += 12;
  }
  if (header.bits <= 8) {
    const std::size_t entry = core ? 3 : 4;
    read_palette(file, end, entry, header);
    end += entry * (header.colours != 0 ? header.colours : 1u << header.bits);
  }
  header.pixels = file.number(10, 4);
  if (header.pixels == 0) header.pixels = end;
  return header;
}

// Indices of a run-length encoded picture, from its first stored row on; 0 where the code says
// nothing. Runs that leave their row are read as Pillow reads them.
std::vector<std::uint8_t> expand(const Reader& file, const Header& header) {
  const auto width = static_cast<std::size_t>(header.width);
  const auto all = width * static_cast<std::size_t>(header.height);
  const bool nibbles = header.compression == rle4;
  std::vector<std::uint8_t> out;
  out.reserve(all);
  auto at = header.pixels;
  std::size_t x = 0;
  const auto value = [&](std::uint8_t byte, std::size_t i) -> std::uint8_t {
    return !nibbles ? byte : i % 2 == 0 ? byte >> 4 : byte & 15;
  };
  while (out.size() < all && at + 1 < file.size()) {
    const auto count = file.byte(at), code = file.byte(at + 1);
    at += 2;
    if (count > 0) {
      const auto run = std::min<std::size_t>(count, width - std::min(x, width));
      for (std::size_t i = 0; i < run; ++i) out.push_back(value(code, i));
      x += run;
    } else if (code == 0) {
      out.resize((out.size() + width - 1) / width * width);
      x = 0;
    } else if (code == 1) {
      break;
    } else if (code == 2) {
      const auto right = file.byte(at), up = file.byte(at + 1);
      at += 2;
      out.resize(std::min(all, out.size() + right + up * width));
      x = out.size() % width;
    } else {
      const std::size_t bytes = nibbles ? code / 2 : code;
      for (std::size_t i = 0; i < (nibbles ? 2 * bytes : bytes); ++i)
        out.push_back(value(file.byte(at + (nibbles ? i / 2 : i)), i));
      x += code;
      at += bytes;
      at += at % 2;
    }
  }
  if (out.size() < all) cut_short("BMP");
  return out;
}

std::uint8_t spread(std::uint32_t pixel, int shift, std::uint32_t most) {
  return static_cast<std::uint8_t>((pixel >> shift & most) * 255 / most);
}

// The bytes of a pixel that are red, green and blue.
std::array<std::size_t, 3> places(const Header& header) {
  if (header.compression != bit_fields || header.masks == std::array<std::uint32_t, 4>{})
    return {2, 1, 0};
  std::array<std::size_t, 3> found{};
  for (std::size_t c = 0; c < 3; ++c) {
    std::size_t place = 0;
    while (place < 4 && header.masks[c] != 0xffu << (8 * place)) ++place;
    if (place == 4 || place >= header.bits / 8)
      damaged("BMP", "an unusual layout of its bit fields");
    found[c] = place;
  }
  return found;
}

void read_row(const Reader& file, std::size_t at, const Header& header, std::uint8_t* out) {
  const auto width = static_cast<std::size_t>(header.width);
  const auto stride = header.bits / 8;
  if (header.bits <= 8) {
    const auto per_byte = 8 / header.bits;
    for (std::size_t x = 0; x < width; ++x) {
      const auto shift = 8 - header.bits * (x % per_byte + 1);
      const auto index = file.byte(at + x / per_byte) >> shift & ((1u << header.bits) - 1);
      out = std::copy_n(header.palette[index].data(), 3, out);
    }
  } else if (header.bits == 16) {
    const bool six = header.compression == bit_fields && header.masks[0] == 0xf800;
    if (header.compression == bit_fields && !six && header.masks[0] != 0x7c00)
      damaged("BMP", "an unusual layout of its bit fields");
    for (std::size_t x = 0; x < width; ++x) {
      const auto pixel = file.number(at + 2 * x, 2);
      *out++ = spread(pixel, six ? 11 : 10, 31);
      *out++ = spread(pixel, 5, six ? 63 : 31);
      *out++ = spread(pixel, 0, 31);
    }
  } else {
    const auto place = places(header);
    for (std::size_t x = 0; x < width; ++x)
      for (const auto c : place) *out++ = file.byte(at + stride * x + c);
  }
}

}  // namespace

at::Tensor decode_bmp(std::string_view bytes) {
  const Reader file(bytes);
  const auto header = read_header(file);
  auto picture = new_picture(header.width, header.height);
  const auto target = [&, pixels = picture.mutable_data_ptr<std::uint8_t>()](std::int64_t row) {
    return pixels + 3 * header.width * (header.top_down ? row : header.height - 1 - row);
  };
  if (header.compression == rle8 || header.compression == rle4) {
    if (header.bits > 8) damaged("BMP", "run lengths without a palette");
    const auto indices = expand(file, header);
    for (std::int64_t y = 0; y < header.height; ++y) {
      auto* out = target(y);
      for (std::int64_t x = 0; x < header.width; ++x)
        out = std::copy_n(
            header.palette[indices[static_cast<std::size_t>(y * header.width + x)]].data(), 3, out);
    }
    return picture;
  }
  if (header.compression != raw && header.compression != bit_fields)
    damaged("BMP", "compression " + std::to_string(header.compression));
  const auto stride = (static_cast<std::size_t>(header.width) * header.bits + 31) / 32 * 4;
  for (std::int64_t y = 0; y < header.height; ++y)
    read_row(file, header.pixels + stride * static_cast<std::size_t>(y), header, target(y));
  return picture;
}

}  // namespace lacuna::pictures
