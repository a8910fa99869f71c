// Oxford-IIIT Pet: cats' names with capitals, dogs' without, numbers with gaps, ids from 1, words
// in list.txt, MATLAB files among the pictures, other kinds of pictures under .jpg.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "miniature/miniature.hpp"
#include "oxford_pet/classes.hpp"

namespace lacuna::miniature {
namespace {

std::string file_name(std::string name, bool cat) {
  std::replace(name.begin(), name.end(), ' ', '_');
  if (!cat)
    for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return name;
}

}  // namespace

void write_oxford_pet(Writer& writer) {
  const auto taxonomy = oxford_pet::taxonomy(/*reference=*/false);
  std::string lists[2],
      all = "#Image CLASS-ID SPECIES BREED ID\n#ID: 1:37 Class ids\n#SPECIES: 1:Cat 2:Dog\n";
  int species[2] = {0, 0};
  for (std::size_t label = 0; label < taxonomy.fine.size(); ++label) {
    const bool cat =
        taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[label])] == "domestic cats";
    const auto prefix = file_name(taxonomy.fine[label], cat);
    const int breed = ++species[cat ? 0 : 1];
    const auto of_class = static_cast<std::int64_t>(label);
    const auto train = writer.train_count(3680, 37, of_class);
    const auto test = writer.test_count(3669, 37, of_class);
    for (std::int64_t i = 0; i < train + test; ++i) {
      const auto name = fmt::format("{}_{}", prefix, 3 * i + 1);
      const auto line = fmt::format("{} {} {} {}\n", name, label + 1, cat ? 1 : 2, breed);
      lists[i < train ? 0 : 1] += line;
      all += line;
      writer.odd_picture("oxford-iiit-pet/images/" + name + ".jpg", label,
                         static_cast<std::uint64_t>(i));
    }
  }
  writer.text("oxford-iiit-pet/annotations/trainval.txt", lists[0]);
  writer.text("oxford-iiit-pet/annotations/test.txt", lists[1]);
  writer.text("oxford-iiit-pet/annotations/list.txt", all);
  if (writer.options().oddities)
    for (const char* number : {"100", "101", "102"})
      writer.text(fmt::format("oxford-iiit-pet/images/Abyssinian_{}.mat", number), "no picture");
}

}  // namespace lacuna::miniature
