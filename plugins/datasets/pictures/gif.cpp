// The first frame of a GIF through giflib, laid on its screen as Pillow lays it.
#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "pictures/kinds.hpp"

namespace lacuna::pictures {
namespace {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {
    int code = 0;
    file_ = DGifOpen(this, read, &code);
    if (file_ == nullptr) fail(code);
  }
  ~Reader() { DGifCloseFile(file_, nullptr); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  GifFileType& file() { return *file_; }
  void check(int status) const {
    if (status == GIF_ERROR) fail(file_->Error);
  }

 private:
  static int read(GifFileType* file, GifByteType* out, int count) {
    auto& rest = static_cast<Reader*>(file->UserData)->rest_;
    const auto given = std::min(rest.size(), static_cast<std::size_t>(count));
    std::memcpy(out, rest.data(), given);
    rest.remove_prefix(given);
    return static_cast<int>(given);
  }
  [[noreturn]] void fail(int code) const {
    if (rest_.empty()) cut_short("GIF");
    const auto* reason = GifErrorString(code);
    damaged("GIF", reason != nullptr ? reason : "unknown error");
  }

  std::string_view rest_;
  GifFileType* file_ = nullptr;
};

// Passes over everything up to the first picture's description. The index that is transparent, if
// one is said; else 0.
int find_picture(Reader& reader) {
  auto& file = reader.file();
  int transparent = 0;
  for (;;) {
    GifRecordType record;
    reader.check(DGifGetRecordType(&file, &record));
    if (record == IMAGE_DESC_RECORD_TYPE) break;
    if (record == TERMINATE_RECORD_TYPE) damaged("GIF", "it holds no picture");
    if (record != EXTENSION_RECORD_TYPE) continue;
    int code;
    GifByteType* block;
    reader.check(DGifGetExtension(&file, &code, &block));
    if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr && block[0] >= 4 && (block[1] & 1) != 0)
      transparent = block[4];
    while (block != nullptr) reader.check(DGifGetExtensionNext(&file, &block));
  }
  reader.check(DGifGetImageDesc(&file));
  return transparent;
}

using Table = std::array<std::array<std::uint8_t, 3>, 256>;

// Grey where there is no palette, or one that says the same; else black beyond the palette's end.
Table colours(const GifFileType& file) {
  const auto* map = file.Image.ColorMap != nullptr ? file.Image.ColorMap : file.SColorMap;
  Table grey{}, table{};
  for (std::size_t i = 0; i < 256; ++i) grey[i].fill(static_cast<std::uint8_t>(i));
  if (map == nullptr) return grey;
  const auto count = static_cast<std::size_t>(map->ColorCount);
  for (std::size_t i = 0; i < count && i < 256; ++i)
    table[i] = {map->Colors[i].Red, map->Colors[i].Green, map->Colors[i].Blue};
  return std::equal(table.begin(), table.begin() + std::min<std::ptrdiff_t>(map->ColorCount, 256),
                    grey.begin())
             ? grey
             : table;
}

// The rows of a frame in the order of the file.
std::vector<int> row_order(int height, bool interlaced) {
  std::vector<int> order;
  if (!interlaced) {
    for (int y = 0; y < height; ++y) order.push_back(y);
    return order;
  }
  constexpr int passes[][2] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
  for (const auto& [first, step] : passes)
    for (int y = first; y < height; y += step) order.push_back(y);
  return order;
}

}  // namespace

at::Tensor decode_gif(std::string_view bytes) {
  Reader reader(bytes);
  auto& file = reader.file();
  const auto background = static_cast<std::size_t>(find_picture(reader));
  const auto& frame = file.Image;
  const auto width = std::max(file.SWidth, frame.Left + frame.Width);
  const auto height = std::max(file.SHeight, frame.Top + frame.Height);
  auto picture = new_picture(width, height);
  auto* pixels = picture.mutable_data_ptr<std::uint8_t>();
  const auto table = colours(file);
  if (frame.Width != width || frame.Height != height)
    for (std::int64_t i = 0; i < std::int64_t{width} * height; ++i)
      std::copy_n(table[background].data(), 3, pixels + 3 * i);

  std::vector<GifPixelType> row(static_cast<std::size_t>(frame.Width));
  for (const int y : row_order(frame.Height, frame.Interlace)) {
    reader.check(DGifGetLine(&file, row.data(), frame.Width));
    auto* out = pixels + 3 * ((std::int64_t{frame.Top} + y) * width + frame.Left);
    for (const auto index : row) out = std::copy_n(table[index].data(), 3, out);
  }
  return picture;
}

}  // namespace lacuna::pictures
