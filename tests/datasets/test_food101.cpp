// Food-101: a miniature of its archive, whole and damaged.
#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;
namespace fs = std::filesystem;

TEST_CASE("food101 reads the archive's layout", "[unit]") {
  const MiniatureSet files("food101");
  const auto data = files.open();
  CHECK(data->taxonomy().fine.size() == 101);
  CHECK_FALSE(data->taxonomy().hierarchical());
  CHECK(data->taxonomy().fine[0] == "apple pie");
  CHECK(data->taxonomy().fine[100] == "waffles");
  CHECK(data->templates() == std::vector<std::string>{"a photo of {}, a type of food."});
  CHECK(data->splits() == std::vector<std::string>{"test", "train"});
  CHECK(even(*data, "train", 1));
  CHECK(even(*data, "test", 1));
  CHECK(data->file("train", 0) == files.path("food-101/images/apple_pie/1005649.jpg"));
  CHECK(data->file("test", 100).parent_path().filename() == "waffles");
  CHECK(data->labels("test")[100].item<std::int64_t>() == 100);
  CHECK(noted(*data, "train: 101 pictures (the original has 75750)"));
  CHECK(noted(*data, "test: 101 pictures (the original has 25250)"));
  CHECK(noted(*data, "ignored: 1 pictures that neither list names (images/waffles/1.jpg)"));
  CHECK(noted(*data,
              "ignored: 3 files that are no pictures (images/.DS_Store, images/waffles/._1.jpg, "
              "images/waffles/Thumbs.db)"));
  CHECK(data->manifest().find("images/apple_pie/1005649.jpg") != std::string::npos);
  CHECK(data->manifest().find(files.root().string()) == std::string::npos);
}

TEST_CASE("food101 with the paper's names", "[unit]") {
  const MiniatureSet files("food101");
  const auto data = files.open({{"names", "reference"}});
  CHECK(data->taxonomy().fine[0] == "apple_pie");
  CHECK(data->taxonomy().fine[62] == "macaroni_and_cheese");
  CHECK(files.refusal({{"names", "torchvision"}}) ==
        "names: \"torchvision\" is not one of 'clip', 'reference'");
}

TEST_CASE("food101 is found under its usual names and reads either list", "[unit]") {
  const MiniatureSet files("food101");
  const auto manifest = files.open()->manifest();
  SECTION("another folder") {
    files.rename("food-101", "food101/food-101");
    CHECK(files.open()->manifest() == manifest);
  }
  SECTION("the data folder itself") {
    CHECK(dataset("food101", {}, {{files.path("food-101")}})->manifest() == manifest);
  }
  SECTION("JSON lists") {
    files.remove("food-101/meta/train.txt");
    files.remove("food-101/meta/test.txt");
    CHECK(files.open()->manifest() == manifest);
  }
  SECTION("lists with Windows line ends and without a final newline") {
    std::string lines;
    for (const char c : files.read("food-101/meta/test.txt")) {
      if (c == '\n') lines += '\r';
      lines += c;
    }
    lines.resize(lines.size() - 2);
    files.write("food-101/meta/test.txt", lines);
    CHECK(files.open()->manifest() == manifest);
  }
}

TEST_CASE("a damaged food101 gives one clear line", "[unit]") {
  const MiniatureSet files("food101");
  const auto meta = files.path("food-101/meta/").string();
  const std::string first = "apple_pie/1005649";
  SECTION("a picture is missing") {
    files.remove("food-101/images/apple_pie/1005649.jpg");
    CHECK(files.refusal() == "food101: 1 of 202 pictures are missing: " +
                                 files.path("food-101/images/apple_pie/1005649.jpg").string());
  }
  SECTION("no pictures at all") {
    files.remove("food-101/images");
    CHECK(files.refusal() == "food101: " + files.path("food-101").string() +
                                 ": lacks images (get food-101.tar.gz from "
                                 "data.vision.ee.ethz.ch/cvl/datasets_extra/food-101)");
  }
  SECTION("an unknown class") {
    files.edit("food-101/meta/train.txt", first, "aple_pie/1005649");
    CHECK(files.refusal() ==
          meta + "train.txt: line 1: 'aple_pie': no such class (did you mean 'apple_pie')");
  }
  SECTION("an entry of another form") {
    files.edit("food-101/meta/train.txt", first, "apple_pie");
    CHECK(files.refusal() == meta + "train.txt: line 1: 'apple_pie' (expected <class>/<id>)");
  }
  SECTION("an entry that leads elsewhere") {
    files.edit("food-101/meta/train.txt", first, "apple_pie/../../x");
    CHECK(files.refusal() ==
          meta + "train.txt: line 1: 'apple_pie/../../x' (expected <class>/<id>)");
  }
  SECTION("a training picture in the test list") {
    auto lines = files.read("food-101/meta/test.txt");
    files.write("food-101/meta/test.txt", lines + first + "\n");
    CHECK(files.refusal() == meta + "test.txt: line 102: '" + first +
                                 "' is listed before: " + meta + "train.txt: line 1");
  }
  SECTION("a class without pictures") {
    const auto lines = files.read("food-101/meta/test.txt");
    files.write("food-101/meta/test.txt", lines.substr(lines.find('\n') + 1));
    CHECK(noted(*files.open(), "test: no pictures of 1 classes: apple pie"));
  }
  SECTION("neither list") {
    files.remove("food-101/meta/test.txt");
    files.remove("food-101/meta/test.json");
    CHECK(files.refusal() == meta + "test.txt: missing, and no test.json beside it");
  }
  SECTION("bad JSON lists") {
    files.remove("food-101/meta/test.txt");
    files.write("food-101/meta/test.json", "version https://git-lfs.github.com/spec/v1");
    CHECK(files.refusal().starts_with(meta + "test.json: is a Git-LFS pointer, not a list (run"));
    const auto deep = std::string(200000, '[') + std::string(200000, ']');
    for (const auto& [text, reason] : std::map<std::string, std::string>{
             {"{",
              "line 1, column 2: syntax error while parsing object key - unexpected end of "
              "input; expected string literal"},
             {"[]", "is no object"},
             {deep, "line 1, column 101: is nested more than 100 levels deep"},
             {"{\"a\":" + deep + "}", "line 1, column 105: is nested more than 100 levels deep"}}) {
      files.write("food-101/meta/test.json", text);
      CHECK(files.refusal() == meta + "test.json: " + reason);
    }
    files.write("food-101/meta/test.json", R"({"apple_pie": "x"})");
    CHECK(files.refusal() == meta + "test.json: apple_pie: is no array");
    files.write("food-101/meta/test.json", R"({"apple_pie": ["apple_pie/1", 7]})");
    CHECK(files.refusal() == meta + "test.json: apple_pie[1]: 7 is not a string");
  }
  SECTION("classes in another order") {
    files.edit("food-101/meta/classes.txt", "apple_pie\nbaby_back_ribs",
               "baby_back_ribs\napple_pie");
    CHECK(files.refusal() == meta + "classes.txt: line 1: 'baby_back_ribs' (expected 'apple_pie')");
  }
  SECTION("nothing") {
    files.remove("food-101");
    CHECK(files.refusal() ==
          "food101: food-101/meta: not found in " + files.root().string() +
              " (get food-101.tar.gz from data.vision.ee.ethz.ch/cvl/datasets_extra/food-101; name "
              "the folder that holds it with --data DIR or LACUNA_DATA)");
  }
}
