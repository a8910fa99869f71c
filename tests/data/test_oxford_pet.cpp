// Oxford-IIIT Pet: names against the published ones, its layout, every way of breaking it.
#include <sstream>

#include "fixtures.hpp"
#include "oxford_pet/classes.hpp"
#include "run/plan/completeness.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

const fs::path kLists = "oxford-iiit-pet/annotations";

}  // namespace

TEST_CASE("oxford_pet: names and hierarchy are the published ones [golden]") {
  const auto facts = golden("imgnet_dogs")["ood_oxford_pets"];
  const auto taxonomy = oxford_pet::taxonomy(/*reference=*/true);
  validate(taxonomy, "oxford_pet");
  CHECK(nlohmann::json(taxonomy.fine) == facts["fine_names"]);
  CHECK(taxonomy.coarse.size() == 11);
  check_hierarchy(taxonomy, facts["coarse"]);
  auto names = oxford_pet::taxonomy(/*reference=*/false).fine;
  for (auto& name : names)
    if (facts["rename"].contains(name)) name = facts["rename"][name];
  CHECK(names == taxonomy.fine);
}

TEST_CASE("oxford_pet: torchvision's names are those of the names file [golden]") {
  CHECK(nlohmann::json(oxford_pet::taxonomy(false).fine) ==
        published_names()["classnames"]["pets"]);
}

TEST_CASE("oxford_pet: a breed from a file's name") {
  CHECK(oxford_pet::breed_of("Egyptian_Mau_139") == "Egyptian Mau");
  CHECK(oxford_pet::breed_of("american_pit_bull_terrier_7") == "American Pit Bull Terrier");
  CHECK(oxford_pet::breed_of("pug_1") == "Pug");
}

TEST_CASE("oxford_pet: the archives' layout") {
  const Miniature mini("oxford_pet", Miniature::small(2, 3));
  const auto data = open("oxford_pet", mini.roots());
  CHECK(per_class(*data, "train") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(per_class(*data, "test") == std::pair<std::int64_t, std::int64_t>{3, 3});
  CHECK(data->templates() == std::vector<std::string>{"a photo of a {}, a type of pet."});
  CHECK(data->taxonomy().fine[14] == "German short-haired pointer");
  CHECK(open("oxford_pet", mini.roots(), {{"names", "torchvision"}})->taxonomy().fine[14] ==
        "German Shorthaired");
  CHECK(noted(*data, "ignored 3 files that are no pictures"));
  CHECK(noted(*data, "train: 74 pictures (the original has 3680)"));
  CHECK(data->file("train", 28) == mini.path("oxford-iiit-pet/images/german_shorthaired_1.jpg"));
  mini.write("oxford-iiit-pet/images/stranger.JPG", "");
  CHECK(noted(*open("oxford_pet", mini.roots()), "ignored 1 pictures that no list names"));

  // Under the plugin's own name, with line ends of another system.
  const auto manifest = data->manifest();
  fs::rename(mini.path("oxford-iiit-pet"), mini.path("oxford_pet"));
  std::string lines;
  for (const char c : mini.read("oxford_pet/annotations/test.txt"))
    lines += c == '\n' ? "\r\n" : std::string(1, c);
  mini.write("oxford_pet/annotations/test.txt", lines);
  CHECK(open("oxford_pet", mini.roots())->manifest() == manifest);
}

TEST_CASE("oxford_pet: a copy of three breeds is told as incomplete, with its classes") {
  const Miniature mini("oxford_pet");
  const auto complaint = [&](const std::string& split) {
    return incompleteness(*open("oxford_pet", mini.roots()), split);
  };
  CHECK(complaint("test") == "37 of 3,669 pictures");

  std::istringstream all(mini.read(kLists / "test.txt"));
  std::string kept;
  for (std::string line; std::getline(all, line);)
    for (const char* breed : {"Abyssinian_", "beagle_", "pug_"})
      if (line.starts_with(breed)) kept += line + "\n";
  const Broken broken(mini, kLists / "test.txt", kept);
  CHECK(complaint("test") == "3 of 3,669 pictures, 3 of 37 classes");
  CHECK(complaint("train") == "37 of 3,680 pictures");
}

TEST_CASE("oxford_pet: broken copies") {
  const Miniature mini("oxford_pet");
  const auto refused_list = [&](const std::string& from, const std::string& to) {
    auto text = mini.read(kLists / "trainval.txt");
    replace(text, from, to);
    const Broken broken(mini, kLists / "trainval.txt", text);
    return refusal("oxford_pet", mini);
  };
  const auto trainval = mini.path(kLists / "trainval.txt").string();
  CHECK(refused_list("Abyssinian_1 1 1 1", "Abyssinian_1 2 1 1") ==
        trainval + ": line 1: 'Abyssinian_1' has class 2, which is American Bulldog");
  CHECK(refused_list("Abyssinian_1 1 1 1", "Abyssinian_1 38 1 1") ==
        trainval +
            ": line 1: 'Abyssinian_1 38 1 1' (expected a picture's name and a class from 1 "
            "to 37)");
  CHECK(refused_list("Abyssinian_1 1 1 1", "Abyssinian_1") ==
        trainval + ": line 1: 'Abyssinian_1' (expected a picture's name and a class from 1 to 37)");
  CHECK(refused_list("Abyssinian_1 1 1 1", "Abyssinian_2 1 1 1") ==
        "oxford_pet: 1 of 74 pictures are missing: " +
            mini.path("oxford-iiit-pet/images/Abyssinian_2.jpg").string());
  CHECK(refused_list("Abyssinian_1 1 1 1", "Abyssinian_4 1 1 1") ==
        mini.path(kLists / "test.txt").string() +
            ": 'Abyssinian_4' is listed twice (in trainval.txt and test.txt together)");
  {
    auto text = mini.read(kLists / "list.txt");
    replace(text, "beagle_1 5", "beagle_1 6");
    const Broken broken(mini, kLists / "list.txt", text);
    CHECK_THAT(refusal("oxford_pet", mini),
               ContainsSubstring("'beagle_1' has class 6, which is Bengal"));
  }
  {
    const Broken broken(mini, kLists / "test.txt");
    CHECK(refusal("oxford_pet", mini) ==
          mini.path(kLists / "test.txt").string() + ": cannot be read: No such file or directory");
  }
  {
    const Broken broken(mini, kLists);
    CHECK_THAT(refusal("oxford_pet", mini),
               StartsWith("oxford_pet: oxford-iiit-pet/annotations/trainval.txt or ") &&
                   ContainsSubstring("https://www.robots.ox.ac.uk/~vgg/data/pets"));
  }
  const Broken broken(mini, "oxford-iiit-pet/images");
  CHECK_THAT(refusal("oxford_pet", mini),
             StartsWith("oxford_pet: 74 of 74 pictures are missing: ") && ContainsSubstring(", …"));
}
