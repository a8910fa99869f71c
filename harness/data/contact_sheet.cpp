#include "data/contact_sheet.hpp"

#include <algorithm>
#include <cmath>

#include "data/glyphs.hpp"
#include "lacuna/error.hpp"
#include "lacuna/random.hpp"

namespace lacuna {
namespace {

constexpr int kMargin = 4, kLines = 2, kLineHeight = kGlyphHeight + 1;

std::vector<std::int64_t> choose(const Dataset& dataset, const SheetOptions& options) {
  const auto& taxonomy = dataset.taxonomy();
  const auto labels = dataset.labels(options.split);
  std::vector<std::vector<std::int64_t>> of_class(taxonomy.fine.size());
  const auto* label = labels.const_data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < labels.numel(); ++i)
    of_class.at(static_cast<std::size_t>(label[i])).push_back(i);
  auto wanted = fine_labels(taxonomy, options.classes.empty() ? taxonomy.fine : options.classes);
  std::sort(wanted.begin(), wanted.end());
  std::vector<std::int64_t> chosen;
  for (const auto fine : wanted) {
    auto& all = of_class[static_cast<std::size_t>(fine)];
    SplitMix random(derive_seed(options.seed, "sample/" + options.split + '/' +
                                                  taxonomy.fine[static_cast<std::size_t>(fine)]));
    const auto n = static_cast<std::int64_t>(all.size());
    const auto count = std::min(n, options.per_class);
    for (std::int64_t i = 0; i < count; ++i)
      std::swap(all[static_cast<std::size_t>(i)],
                all[static_cast<std::size_t>(random.between(i, n - 1))]);
    all.resize(static_cast<std::size_t>(count));
    std::sort(all.begin(), all.end());
    chosen.insert(chosen.end(), all.begin(), all.end());
  }
  return chosen;
}

// The mean of every box of pixels that falls on one of the tile's; a small picture is repeated.
void place(const at::Tensor& picture, Bitmap& sheet, int left, int top, int side) {
  const auto height = picture.size(0), width = picture.size(1);
  const auto longer = std::max(height, width);
  const auto h = std::max<std::int64_t>(1, height * side / longer);
  const auto w = std::max<std::int64_t>(1, width * side / longer);
  const auto* in = picture.const_data_ptr<std::uint8_t>();
  for (std::int64_t y = 0; y < h; ++y) {
    for (std::int64_t x = 0; x < w; ++x) {
      const auto y0 = y * height / h, y1 = std::max(y0 + 1, (y + 1) * height / h);
      const auto x0 = x * width / w, x1 = std::max(x0 + 1, (x + 1) * width / w);
      const auto row = static_cast<std::size_t>(top + y + (side - h) / 2);
      auto* out = sheet.rgb.data() + 3 * (row * static_cast<std::size_t>(sheet.width) +
                                          static_cast<std::size_t>(left + x + (side - w) / 2));
      for (int c = 0; c < 3; ++c) {
        std::int64_t sum = 0;
        for (auto v = y0; v < y1; ++v)
          for (auto u = x0; u < x1; ++u) sum += in[(v * width + u) * 3 + c];
        out[c] = static_cast<std::uint8_t>(sum / ((y1 - y0) * (x1 - x0)));
      }
    }
  }
}

void write(const std::string& text, Bitmap& sheet, int left, int top) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (int y = 0; y < kGlyphHeight; ++y) {
      for (int x = 0; x < kGlyphWidth; ++x) {
        if (!glyph_pixel(text[i], x, y)) continue;
        const auto column = static_cast<std::size_t>(left + x) + i * (kGlyphWidth + 1);
        auto* out = sheet.rgb.data() +
                    3 * (static_cast<std::size_t>(top + y) * static_cast<std::size_t>(sheet.width) +
                         column);
        out[0] = out[1] = out[2] = 20;
      }
    }
  }
}

// Broken between words where that fits, cut at the end with "..".
std::vector<std::string> lines_of(std::string text, std::size_t width) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < kLines) {
    auto cut = text.size();
    if (cut > width && lines.size() + 1 == kLines) {
      lines.push_back(text.substr(0, width - 2) + "..");
      break;
    }
    if (cut > width) {
      const auto space = text.rfind(' ', width);
      cut = space == text.npos || space == 0 ? width : space;
    }
    lines.push_back(text.substr(0, cut));
    text.erase(0, std::min(text.find_first_not_of(' ', cut), text.size()));
  }
  return lines;
}

}  // namespace

Sheet contact_sheet(const Dataset& dataset, const SheetOptions& options) {
  Sheet sheet;
  sheet.indices = choose(dataset, options);
  const auto count = static_cast<int>(sheet.indices.size());
  if (count == 0) throw ConfigError(options.split + ": no picture of these classes");
  const auto labels = dataset.labels(options.split);
  const int width = options.tile + 2 * kMargin;
  const int height = options.tile + 2 * kMargin + kLines * kLineHeight;
  const int columns = std::min(
      count, std::max(1, static_cast<int>(std::ceil(std::sqrt(1.4 * static_cast<double>(count))))));
  const int rows = (count + columns - 1) / columns;
  auto& bitmap = sheet.bitmap;
  bitmap.width = columns * width;
  bitmap.height = rows * height;
  bitmap.rgb.assign(
      static_cast<std::size_t>(bitmap.width) * static_cast<std::size_t>(bitmap.height) * 3, 244);
  for (int i = 0; i < count; ++i) {
    const auto index = sheet.indices[static_cast<std::size_t>(i)];
    const int left = i % columns * width + kMargin, top = i / columns * height + kMargin;
    try {
      const std::int64_t one[] = {index};
      place(dataset.images(options.split, one).at(0).contiguous(), bitmap, left, top, options.tile);
    } catch (const Error& error) {  // `lacuna data check` tells them all; here it stays empty
      if (sheet.unreadable++ == 0) sheet.reason = error.what();
    }
    const auto label = labels.const_data_ptr<std::int64_t>()[index];
    int line = top + options.tile + kMargin / 2;
    for (const auto& text : lines_of(dataset.taxonomy().fine[static_cast<std::size_t>(label)],
                                     static_cast<std::size_t>(options.tile / (kGlyphWidth + 1)))) {
      write(text, bitmap, left, line);
      line += kLineHeight;
    }
  }
  return sheet;
}

}  // namespace lacuna
