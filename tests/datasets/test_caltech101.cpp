// Caltech-101: a miniature of the unpacked archive, whole and damaged.
#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {
constexpr const char* kTop = "caltech101/101_ObjectCategories";
}

TEST_CASE("caltech101 takes all pictures of 101 classes, not the background", "[unit]") {
  const MiniatureSet files("caltech101");
  const auto data = files.open();
  const auto& names = data->taxonomy().fine;
  REQUIRE(names.size() == 101);
  CHECK(data->splits() == std::vector<std::string>{"test"});
  CHECK(even(*data, "test", 1));
  CHECK(data->templates() == std::vector<std::string>{"a photo of a {}."});
  CHECK(noted(*data, "ignored: 3 pictures in BACKGROUND_Google, which is no class"));
  CHECK(noted(*data, "test: 101 pictures (the original has 8677)"));
  CHECK(noted(*data,
              "ignored: 3 files that are no pictures (BACKGROUND_Google/tmp, .DS_Store, "
              "anchor/Thumbs.db)"));

  // Folders in byte order: capitals before small letters. Names are OpenAI's.
  const auto label_of = [&](const std::string& folder) {
    for (std::int64_t i = 0; i < 101; ++i)
      if (data->file("test", i).parent_path().filename() == folder)
        return data->labels("test")[i].item<std::int64_t>();
    return std::int64_t{-1};
  };
  CHECK(label_of("Faces") == 0);
  CHECK(label_of("Motorbikes") == 3);
  CHECK(label_of("accordion") == 4);
  CHECK(label_of("yin_yang") == 100);
  CHECK(names[0] == "off-center face");
  CHECK(names[1] == "centered face");
  CHECK(names[static_cast<std::size_t>(label_of("car_side"))] == "side of a car");
  CHECK(names[static_cast<std::size_t>(label_of("crocodile_head"))] == "head of a  crocodile");
  CHECK(names[static_cast<std::size_t>(label_of("snoopy"))] == "snoopy (cartoon beagle)");
}

TEST_CASE("caltech101 with OpenAI's prompts and in other places", "[unit]") {
  const MiniatureSet files("caltech101");
  const auto prompts = files.open({{"templates", "clip"}})->templates();
  CHECK(prompts.size() == 34);
  CHECK(prompts[0] == "a photo of a {}.");
  const auto manifest = files.open()->manifest();
  files.rename("caltech101", "caltech-101");
  CHECK(files.open()->manifest() == manifest);
  CHECK(dataset("caltech101", {}, {{files.path("caltech-101")}})->manifest() == manifest);
}

TEST_CASE("caltech101 without the background keeps its labels", "[unit]") {
  const MiniatureSet files("caltech101");
  const auto manifest = files.open()->manifest();
  files.remove(std::string(kTop) + "/BACKGROUND_Google");
  CHECK(files.open()->manifest() == manifest);
}

TEST_CASE("caltech101 says which folders are missing or strange", "[unit]") {
  const MiniatureSet files("caltech101");
  const auto top = std::string(kTop) + '/';
  const auto label = files.open()->taxonomy().fine.size() - 1;
  SECTION("a folder has another name") {
    files.rename(top + "lotus", top + "Lotus flower");
    const auto data = files.open();
    CHECK(noted(*data, "test: no pictures of 1 classes: lotus"));
    CHECK(noted(*data, "ignored: folders that are no class (Lotus flower)"));
    // The others keep their labels.
    CHECK(data->labels("test")[99].item<std::int64_t>() == static_cast<std::int64_t>(label));
  }
  SECTION("a folder without pictures") {
    files.remove(top + "yin_yang");
    files.write(top + "yin_yang/list.txt", "x");
    CHECK(noted(*files.open(), "test: no pictures of 1 classes: yin and yang symbol"));
  }
  SECTION("no class at all") {
    files.remove(kTop);
    files.write(top + "my holidays/1.jpg", "x");
    CHECK(files.refusal() == "caltech101: split 'test' holds no pictures");
  }
  SECTION("nothing") {
    files.remove("caltech101");
    CHECK(files.refusal().starts_with("caltech101: caltech101/101_ObjectCategories: not found in " +
                                      files.root().string() + " (get caltech-101.zip from "));
  }
}
