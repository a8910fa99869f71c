// Food-101: both forms of its lists, entries without an ending, pictures that no list names, other
// kinds of pictures under .jpg, a Mac's leftovers.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "food101/names.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::miniature {

void write_food101(Writer& writer) {
  std::string classes, labels;
  std::string lists[2];
  nlohmann::json by_class[2];
  for (std::size_t label = 0; label < food::kNames.size(); ++label) {
    std::string name = food::kNames[label], folder = name;
    std::replace(folder.begin(), folder.end(), ' ', '_');
    classes += folder + '\n';
    labels += name + '\n';
    const auto train = writer.train_count(75750, 101, static_cast<std::int64_t>(label));
    const auto test = writer.test_count(25250, 101, static_cast<std::int64_t>(label));
    for (std::int64_t i = 0; i < train + test; ++i) {
      // Ids are large and not in the order of the lists.
      const auto entry = fmt::format("{}/{}", folder, (i * 7919 + 1005649) % 4000037);
      lists[i < train ? 0 : 1] += entry + '\n';
      by_class[i < train ? 0 : 1][folder].push_back(entry);
      writer.odd_picture("food-101/images/" + entry + ".jpg", label, static_cast<std::uint64_t>(i));
    }
  }
  for (const int i : {0, 1}) {
    const std::string split = i == 0 ? "train" : "test";
    writer.text("food-101/meta/" + split + ".txt", lists[i]);
    writer.text("food-101/meta/" + split + ".json", by_class[i].dump());
  }
  writer.text("food-101/meta/classes.txt", classes);
  writer.text("food-101/meta/labels.txt", labels);
  if (!writer.options().oddities) return;
  writer.picture("food-101/images/waffles/1.jpg", 100, 999999);
  for (const char* file : {".DS_Store", "waffles/._1.jpg", "waffles/Thumbs.db"})
    writer.text(std::string("food-101/images/") + file, "no picture");
}

}  // namespace lacuna::miniature
