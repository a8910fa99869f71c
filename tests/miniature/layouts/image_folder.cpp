// Somebody's own pictures, as class folders with a taxonomy.json and as split folders without one:
// apostrophes, a name with '/', two spaces, endings in every case, what systems leave behind.
#include <fmt/format.h>

#include "miniature/miniature.hpp"

namespace lacuna::miniature {
namespace {

constexpr const char* kFolders[] = {"Grevy's_zebra", "cargo van", "samoyed", "snow  leopard",
                                    "tabby_cat"};
constexpr const char* kEndings[] = {"jpg", "JPG", "jpeg", "PNG"};
constexpr const char* kTaxonomy = R"({
  "format": 1,
  "templates": ["a photo of a {}.", "a photo of my {}."],
  "classes": {
    "samoyed": {"name": "Samoyed", "coarse": "dog"},
    "tabby_cat": {"coarse": "cat"},
    "snow  leopard": {"coarse": "cat"},
    "Grevy's_zebra": {"coarse": "horse"},
    "cargo van": {"name": "Ram C/V Cargo Van", "coarse": "car"}
  },
  "coarse": ["car", "cat", "dog", "horse"],
  "forget_splits": {"easy": ["Samoyed"], "cats": ["cat"]}
}
)";

}  // namespace

void write_image_folder(Writer& writer) {
  const auto count = writer.options().train_per_class + writer.options().test_per_class;
  for (std::size_t label = 0; label < std::size(kFolders); ++label)
    for (std::int64_t i = 0; i < count; ++i)
      writer.odd_picture(fmt::format("my_pictures/{}/{}.{}", kFolders[label], i,
                                     kEndings[static_cast<std::size_t>(i) % 4]),
                         label, static_cast<std::uint64_t>(i));
  writer.text("my_pictures/taxonomy.json", kTaxonomy);
  if (!writer.options().oddities) return;
  for (const char* file : {".DS_Store", "Thumbs.db", "samoyed/._0.jpg", "__MACOSX/samoyed/0.jpg"})
    writer.text(std::string("my_pictures/") + file, "no picture");
}

void write_image_folder_splits(Writer& writer) {
  for (const char* split : {"train", "test"}) {
    const bool train = split == std::string_view("train");
    const auto count = train ? writer.options().train_per_class : writer.options().test_per_class;
    for (std::size_t label = 0; label < std::size(kFolders); ++label)
      for (std::int64_t i = 0; i < count; ++i)
        writer.picture(fmt::format("my_splits/{}/{}/{}.jpg", split, kFolders[label], i), label,
                       static_cast<std::uint64_t>(i + (train ? 0 : 1000000)));
  }
}

}  // namespace lacuna::miniature
