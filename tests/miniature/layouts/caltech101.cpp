// Caltech-101: the background's folder, endings in both cases, grey pictures, files that are none.
#include <fmt/format.h>

#include "caltech101/classes.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::miniature {

void write_caltech101(Writer& writer) {
  const std::string top = "caltech101/101_ObjectCategories/";
  const bool odd = writer.options().oddities;
  for (std::size_t label = 0; label < caltech::kClasses.size(); ++label) {
    const auto count = writer.test_count(8677, 101, static_cast<std::int64_t>(label));
    for (std::int64_t i = 0; i < count; ++i) {
      const auto file = fmt::format("{}{}/image_{:04}.{}", top, caltech::kClasses[label].folder,
                                    i + 1, odd && label % 10 == 3 ? "JPG" : "jpg");
      writer.odd_picture(file, label, static_cast<std::uint64_t>(i));
    }
  }
  if (!odd) return;
  for (int i = 1; i <= 3; ++i)
    writer.picture(fmt::format("{}BACKGROUND_Google/image_{:04}.jpg", top, i), 900,
                   static_cast<std::uint64_t>(i));
  for (const char* file : {"BACKGROUND_Google/tmp", ".DS_Store", "anchor/Thumbs.db"})
    writer.text(top + file, "no picture");
}

}  // namespace lacuna::miniature
