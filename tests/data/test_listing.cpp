// What the plugins share: lists, folders, samples.
#include "fixtures.hpp"
#include "pictures/listing.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using namespace lacuna::pictures;

TEST_CASE("listing: lines end in any way") {
  const TempFolder folder;
  folder.write("a", "one\ntwo");
  folder.write("b", "one\r\ntwo\r\n");
  folder.write("c", "\n\n");
  folder.write("d", "");
  const std::vector<std::string> two{"one", "two"};
  CHECK(read_lines(folder.path("a")) == two);
  CHECK(read_lines(folder.path("b")) == two);
  CHECK(read_lines(folder.path("c")) == std::vector<std::string>{"", ""});
  CHECK(read_lines(folder.path("d")).empty());
  CHECK(refusal([&] { read_lines(folder.path("e")); }) ==
        folder.path("e").string() + ": cannot be read: No such file or directory");
}

TEST_CASE("listing: pictures are told by their suffix, in any case, in byte order") {
  const TempFolder folder;
  for (const char* name : {"b.JPEG", "a.jpg", "B.Png", "c.gif", "notes.txt", "no_suffix", ".jpg"})
    folder.write(name, "");
  fs::create_directory(folder.path("x.jpg"));
  const auto found = list_folder(folder.root());
  CHECK(found.pictures == std::vector<std::string>{"B.Png", "a.jpg", "b.JPEG", "c.gif"});
  CHECK(found.folders == std::vector<std::string>{"x.jpg"});
  CHECK(found.others == 3);
  CHECK(list_folder(folder.path("absent")).pictures.empty());
}

TEST_CASE("listing: the first root that has a name wins, and names are tried in order") {
  const TempFolder a, b;
  b.write("second/x", "");
  b.write("first/x", "");
  CHECK(find_path({{a.root(), b.root()}}, {"first", "second"}) == b.path("first"));
  a.write("second/x", "");
  CHECK(find_path({{a.root(), b.root()}}, {"first", "second"}) == a.path("second"));
  CHECK_FALSE(find_path({}, {"first"}));
}

TEST_CASE(
    "listing: a sample is part of the names, in their order, and always the same [property]") {
  std::vector<std::string> names;
  for (int i = 0; i < 300; ++i) names.push_back(std::to_string(1000 + i));
  const auto drawn = sample(names, 200, "a");
  CHECK(drawn.size() == 200);
  CHECK(std::is_sorted(drawn.begin(), drawn.end()));
  CHECK(std::set<std::string>(drawn.begin(), drawn.end()).size() == 200);
  CHECK(sample(names, 200, "a") == drawn);
  CHECK(sample(names, 200, "b") != drawn);
  CHECK(sample(names, 300, "a") == names);
  CHECK(sample(names, 301, "a") == names);
  // Pinned: what it draws is part of what a result means.
  CHECK(sample(names, 5, "imgnet_dogs/train/n02111889") ==
        std::vector<std::string>{"1175", "1217", "1221", "1232", "1256"});
  std::vector<int> hits(300);  // every name has the same chance: 2/3 of 600 draws, sd 12
  for (int i = 0; i < 600; ++i)
    for (const auto& name : sample(names, 200, std::to_string(i)))
      ++hits[static_cast<std::size_t>(std::stoi(name) - 1000)];
  CHECK(*std::min_element(hits.begin(), hits.end()) > 400 - 5 * 12);
  CHECK(*std::max_element(hits.begin(), hits.end()) < 400 + 5 * 12);
}
