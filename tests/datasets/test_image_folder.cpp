// Anybody's own pictures: both layouts, splits, and every mistake in taxonomy.json.
#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;
namespace fs = std::filesystem;

namespace {

const nlohmann::json kOwn{{"root", "my_pictures"}};

miniature::Options ten() {
  auto options = MiniatureSet::small();
  options.train_per_class = 8;
  options.test_per_class = 2;
  return options;
}

std::set<std::string> file_names(const Dataset& data, const std::string& split) {
  std::set<std::string> names;
  for (std::int64_t i = 0; i < data.labels(split).numel(); ++i)
    names.insert(data.file(split, i).parent_path().filename() / data.file(split, i).filename());
  return names;
}

}  // namespace

TEST_CASE("image_folder: class folders with a taxonomy.json", "[unit]") {
  const MiniatureSet files("image_folder", "", ten());
  const auto data = files.open(kOwn);
  const auto& taxonomy = data->taxonomy();
  CHECK(taxonomy.fine == std::vector<std::string>{"Samoyed", "tabby cat", "snow  leopard",
                                                  "Grevy's zebra", "Ram C/V Cargo Van"});
  CHECK(taxonomy.coarse == std::vector<std::string>{"car", "cat", "dog", "horse"});
  CHECK(taxonomy.parent == std::vector<std::int64_t>{2, 1, 1, 3, 0});
  CHECK(data->templates() == std::vector<std::string>{"a photo of a {}.", "a photo of my {}."});
  CHECK(data->splits() == std::vector<std::string>{"test", "train"});
  CHECK(even(*data, "train", 8));
  CHECK(even(*data, "test", 2));
  const auto forget = data->forget_splits();
  CHECK(forget.at("easy") == std::vector<std::string>{"Samoyed"});
  CHECK(forget.at("cats") == std::vector<std::string>{"tabby cat", "snow  leopard"});
  CHECK(noted(*data, "train and test: drawn by class with split_fraction and split_seed"));
  CHECK(noted(*data,
              "ignored: 4 files that are no pictures (.DS_Store, Thumbs.db, __MACOSX, "
              "samoyed/._0.jpg)"));
  for (const char* split : {"train", "test"}) {
    const auto labels = data->labels(split);
    for (std::int64_t i = 0; i < labels.numel(); ++i)
      CHECK((data->file(split, i).parent_path().filename() == "samoyed") ==
            (labels[i].item<std::int64_t>() == 0));
  }
  CHECK(data->manifest().find("samoyed/0.jpg ") != std::string::npos);
  CHECK(data->manifest().find(files.root().string()) == std::string::npos);
}

TEST_CASE("image_folder draws the same split for the same seed and names", "[unit]") {
  const MiniatureSet files("image_folder", "", ten());
  const auto open = [&](double fraction, int seed) {
    return files.open(
        {{"root", "my_pictures"}, {"split_fraction", fraction}, {"split_seed", seed}});
  };
  const auto test = file_names(*open(0.2, 0), "test");
  CHECK(file_names(*files.open(kOwn), "test") == test);
  CHECK(file_names(*open(0.2, 1), "test") != test);
  // Absolute or relative, wherever the folder lies.
  CHECK(file_names(*dataset("image_folder", {{"root", files.path("my_pictures").string()}}),
                   "test") == test);
  // Another class does not change what is drawn of this one.
  files.write("my_pictures/aardvark/1.jpg", "x");
  files.write("my_pictures/aardvark/2.jpg", "x");
  files.remove("my_pictures/taxonomy.json");
  auto more = file_names(*files.open(kOwn), "test");
  std::erase_if(more, [](const auto& name) { return name.starts_with("aardvark/"); });
  CHECK(more == test);

  CHECK(even(*dataset("image_folder",
                      {{"root", files.path("my_pictures").string()}, {"split_fraction", 0.0001}}),
             "test", 1));
  const auto all_test = open(1, 0), all_train = open(0, 0);
  CHECK(all_test->splits() == std::vector<std::string>{"test"});
  CHECK(all_train->splits() == std::vector<std::string>{"train"});
  CHECK(noted(*all_test, "test: all pictures (split_fraction is 1)"));
  CHECK(noted(*all_train, "train: all pictures (split_fraction is 0)"));
  CHECK(noted(*all_train, "there is no split 'test': an evaluation has to name another"));
}

TEST_CASE("image_folder: split folders without a taxonomy.json", "[unit]") {
  const MiniatureSet files("image_folder", "image_folder_splits");
  const nlohmann::json params{{"root", "my_splits"}};
  const auto data = files.open(params);
  CHECK(data->taxonomy().fine == std::vector<std::string>{"Grevy's zebra", "cargo van", "samoyed",
                                                          "snow  leopard", "tabby cat"});
  CHECK_FALSE(data->taxonomy().hierarchical());
  CHECK(data->templates() == std::vector<std::string>{"a photo of a {}."});
  CHECK(data->forget_splits().empty());
  CHECK(data->file("test", 2) == files.path("my_splits/test/samoyed/0.jpg"));
  CHECK(data->notes().empty());
  const auto picture = data->images("test", range(2, 1)).at(0);
  CHECK(picture.sizes() == at::IntArrayRef{9, 12, 3});

  SECTION("a class of one split only") {
    files.write("my_splits/train/aardvark/1.jpg", "x");
    const auto more = files.open(params);
    CHECK(more->taxonomy().fine[1] == "aardvark");
    CHECK(noted(*more, "test: no picture of 1 of 6 classes: aardvark"));
  }
  SECTION("splits of another name") {
    files.rename("my_splits/test", "my_splits/held out");
    const auto renamed = files.open(params);
    CHECK(renamed->splits() == std::vector<std::string>{"held out", "train"});
    CHECK(noted(*renamed, "there is no split 'test': an evaluation has to name another"));
  }
  SECTION("lists of splits as well") {
    files.write("my_splits/taxonomy.json",
                R"({"format": 1, "splits": {"test": ["samoyed/0.jpg"]}})");
    CHECK(files.refusal(params) ==
          files.path("my_splits/taxonomy.json").string() +
              ": splits: the folders are splits already (leave splits out, or keep the pictures as "
              "<class>/<picture>)");
  }
}

TEST_CASE("image_folder: splits listed in taxonomy.json", "[unit]") {
  const MiniatureSet files("image_folder", "", ten());
  const auto place = files.path("my_pictures/taxonomy.json").string();
  const auto splits = [&](const std::string& lists) {
    files.write("my_pictures/taxonomy.json", R"({"format": 1, "splits": )" + lists + "}");
  };
  splits(R"({"train": ["tabby_cat/2.jpeg", "samoyed/0.jpg"], "test": ["samoyed/1.JPG"]})");
  const auto data = files.open(kOwn);
  CHECK(file_names(*data, "train") == std::set<std::string>{"samoyed/0.jpg", "tabby_cat/2.jpeg"});
  CHECK(file_names(*data, "test") == std::set<std::string>{"samoyed/1.JPG"});
  CHECK(noted(*data, "ignored: 47 pictures that no split of taxonomy.json names"));
  splits(R"({"test": ["samoyed/11.jpg"]})");
  CHECK(files.refusal(kOwn) ==
        place + ": splits.test[0]: 'samoyed/11.jpg': no such picture (expected <class>/<picture>)");
  splits(R"({"train": ["samoyed/0.jpg"], "test": ["samoyed/1.JPG", "samoyed/0.jpg"]})");
  CHECK(files.refusal(kOwn) == place + ": splits.train[0]: 'samoyed/0.jpg': is in test as well");
}

TEST_CASE("image_folder: folders that cannot be used", "[unit]") {
  const MiniatureSet files("image_folder", "", ten());
  const auto root = files.path("my_pictures").string();
  SECTION("no root") {
    CHECK(
        files.refusal() ==
        "image_folder: root: is empty (expected the folder with the pictures, absolute or relative "
        "to a data folder)");
    CHECK(files.refusal({{"root", "elsewhere"}}) ==
          "elsewhere: not found in " + files.root().string() +
              " (name the folder that holds it with --data DIR or LACUNA_DATA)");
    CHECK(files.refusal({{"root", "/nowhere/at/all"}}) ==
          "image_folder: /nowhere/at/all: is no folder");
  }
  SECTION("no pictures") {
    files.remove("my_pictures");
    files.write("my_pictures/readme.txt", "x");
    CHECK(files.refusal(kOwn) == root +
                                     ": holds no pictures in class folders (expected "
                                     "<class>/<picture> or <split>/<class>/<picture>)");
  }
  SECTION("an empty class") {
    fs::create_directory(files.path("my_pictures/aardvark"));
    CHECK(files.refusal(kOwn) == root + "/aardvark: holds no pictures");
  }
  SECTION("both layouts at once") {
    files.write("my_pictures/test/samoyed/1.jpg", "x");
    CHECK(
        files.refusal(kOwn) ==
        root +
            ": 'Grevy's_zebra' holds pictures and 'test' holds folders (expected <class>/<picture> "
            "or <split>/<class>/<picture> throughout)");
  }
  SECTION("folders inside class folders are passed over") {
    files.write("my_pictures/samoyed/puppies/1.jpg", "x");
    CHECK(noted(*files.open(kOwn), "ignored: folders inside class folders (samoyed/puppies)"));
  }
  SECTION("a class of one picture cannot be split") {
    files.write("my_pictures/aardvark/1.jpg", "x");
    CHECK(files.refusal(kOwn) ==
          root +
              "/aardvark: holds one picture (two or more are needed to split "
              "them into train and test; split_fraction 1 makes all of them "
              "test)");
    files.edit("my_pictures/taxonomy.json", R"("samoyed": {)",
               R"("aardvark": {"coarse": "horse"}, "samoyed": {)");
    CHECK(files.refusal({{"root", "my_pictures"}, {"split_fraction", 1}}).empty());
  }
  SECTION("two folders of one name") {
    files.remove("my_pictures/taxonomy.json");
    for (const char* picture : {"1.jpg", "2.jpg"})
      files.write(std::string("my_pictures/tabby cat/") + picture, "x");
    CHECK(files.refusal(kOwn) ==
          root +
              ": 'tabby cat' and 'tabby_cat' would have one name, 'tabby cat' (name one of them "
              "in taxonomy.json)");
  }
  SECTION("a name that is not UTF-8") {
    for (const char* picture : {"1.jpg", "2.jpg"})
      files.write(std::string("my_pictures/caf\xE9/") + picture, "x");
    CHECK(files.refusal(kOwn).ends_with(": is not UTF-8"));
  }
  SECTION("parameters") {
    CHECK(files.refusal({{"root", "my_pictures"}, {"split_fraction", 1.5}}) ==
          "split_fraction: 1.5 is too large (at most 1)");
  }
}

TEST_CASE("image_folder: every mistake in taxonomy.json has its line", "[unit]") {
  const MiniatureSet files("image_folder", "", ten());
  const auto place = files.path("my_pictures/taxonomy.json").string() + ": ";
  struct Mistake {
    std::string json;
    std::string message;
  };
  const Mistake mistakes[] = {
      {"{\"format\": 1,\n  \"classes\": }",
       "line 2, column 14: syntax error while parsing value - unexpected '}'; expected '[', '{', "
       "or a literal"},
      {"[" + std::string(200000, '['), "line 1, column 101: is nested more than 100 levels deep"},
      {"{\"format\": 1e400}", "line 1, column 17: number overflow parsing '1e400'"},
      {"version https://git-lfs.github.com/spec/v1\n",
       "is a Git-LFS pointer, not a JSON file (run 'git lfs pull', or download the file itself)"},
      {"[1]", "is no object"},
      {"{}", "'format' is missing"},
      {R"({"format": 2})", "format: is no format known here (1 expected)"},
      {R"({"format": 1, "format": 1})", "line 1, column 15: duplicate key \"format\""},
      {R"({"format": 1, "template": ["a {}"]})",
       "'template': unknown key (did you mean 'templates')"},
      {R"({"format": 1, "templates": "a {}"})", "templates: is no array"},
      {R"({"format": 1, "templates": []})", "templates: is empty (at least one is needed)"},
      {R"({"format": 1, "templates": ["a {}.", 3]})", "templates[1]: 3 is not a string"},
      {R"({"format": 1, "templates": ["a photo."]})",
       "templates[0]: 'a photo.' (expected one {} for the class name)"},
      {R"({"format": 1, "templates": ["{} and {}"]})",
       "templates[0]: '{} and {}' (expected one {} for the class name)"},
      {R"({"format": 1, "templates": ["a {}", "a {}"]})", "templates[1]: 'a {}' occurs twice"},
      {R"({"format": 1, "classes": ["samoyed"]})", "classes: is no object"},
      {R"({"format": 1, "classes": {"samoyed": "Samoyed"}})", "classes.samoyed: is no object"},
      {R"({"format": 1, "classes": {"samoyd": {}}})",
       "classes.samoyd: there is no such folder with pictures (did you mean 'samoyed')"},
      {R"({"format": 1, "classes": {"samoyed": {"nam": "x"}}})",
       "classes.samoyed: 'nam': unknown key (did you mean 'name')"},
      {R"({"format": 1, "classes": {"samoyed": {}, "samoyed": {}}})",
       "line 1, column 42: duplicate key \"samoyed\""},
      {R"({"format": 1, "classes": {"samoyed": {"name": ""}}})", "classes.samoyed.name: is empty"},
      {R"({"format": 1, "classes": {"samoyed": {"name": "a\nb"}}})",
       "classes.samoyed.name: holds a line break or another control character"},
      {R"({"format": 1, "classes": {"samoyed": {"name": "a "}}})",
       "classes.samoyed.name: 'a ' begins or ends with a space"},
      {R"({"format": 1, "classes": {"samoyed": {"name": "tabby cat"}}})",
       "classes.tabby_cat.name: 'tabby cat' is the name of 'samoyed' too"},
      {R"({"format": 1, "classes": {"samoyed": {"coarse": "dog"}}})",
       "classes.Grevy's_zebra.coarse: is missing (either every class has one, or none)"},
      {R"({"format": 1, "coarse": ["dog"]})", "coarse: no class has a coarse name"},
      {R"({"format": 1, "forget_splits": {"easy": ["Samoyed"]}})",
       "forget_splits.easy: 'Samoyed': no such concept (did you mean 'samoyed')"},
      {R"({"format": 1, "forget_splits": {"easy": []}})",
       "forget_splits.easy: is empty (at least one is needed)"},
      {R"({"format": 1, "forget_splits": ["samoyed"]})", "forget_splits: is no object"},
      {R"({"format": 1, "splits": {"test": "samoyed/0.jpg"}})", "splits.test: is no array"},
  };
  for (const auto& [json, message] : mistakes) {
    CAPTURE(json);
    files.write("my_pictures/taxonomy.json", json);
    CHECK(files.refusal(kOwn) == place + message);
  }
  files.write("my_pictures/taxonomy.json", "{\"format\": 1, \"templates\": [\"caf\xE9 {}\"]}");
  CHECK(files.refusal(kOwn).starts_with(place + "line 1, column "));
  files.remove("my_pictures/taxonomy.json");
  fs::create_directory(files.path("my_pictures/taxonomy.json"));
  CHECK(files.refusal(kOwn) == place + "is a folder (expected a JSON file)");
}

TEST_CASE("image_folder: mistakes in the coarse names", "[unit]") {
  const MiniatureSet files("image_folder", "", ten());
  const auto place = files.path("my_pictures/taxonomy.json").string() + ": ";
  files.edit("my_pictures/taxonomy.json", R"("coarse": "dog")", R"("coarse": "dogs")");
  CHECK(files.refusal(kOwn) ==
        place + "classes.samoyed.coarse: 'dogs' is not in coarse (did you mean 'dog')");
  files.edit("my_pictures/taxonomy.json", R"("coarse": "dogs")", R"("coarse": "cat")");
  CHECK(files.refusal(kOwn) == place + "coarse[2]: no class is under 'dog'");
  files.edit("my_pictures/taxonomy.json", R"("car", "cat", "dog", "horse")", R"("car", "car")");
  CHECK(files.refusal(kOwn) == place + "coarse[1]: 'car' occurs twice");
}

TEST_CASE("image_folder: the example of its README works as it stands", "[unit]") {
  const auto readme = fs::path(LACUNA_SOURCE_DIR) / "plugins/datasets/image_folder/README.md";
  std::ifstream in(readme, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const auto start = text.find("{\n  \"format\"");
  REQUIRE(start != std::string::npos);
  const MiniatureSet files("image_folder", "", ten());
  const auto folder = [](const std::string& file) { return "pets/" + file; };
  files.write(folder("taxonomy.json"), text.substr(start, text.find("```", start) - start));
  for (const char* picture :
       {"samoyed/a.jpg", "samoyed/B.JPEG", "tabby_cat/0001.png", "pomeranian/1.jpg"})
    files.write(folder(picture), "x");
  const auto data = files.open({{"root", "pets"}});
  CHECK(data->taxonomy().fine == std::vector<std::string>{"Samoyed", "Pomeranian", "tabby cat"});
  CHECK(data->taxonomy().parent == std::vector<std::int64_t>{1, 1, 0});
  CHECK(data->forget_splits().at("all_spitz") == std::vector<std::string>{"Samoyed", "Pomeranian"});
  CHECK(file_names(*data, "test") == std::set<std::string>{"samoyed/B.JPEG", "tabby_cat/0001.png"});
  CHECK(noted(*data, "ignored: 1 pictures that no split of taxonomy.json names"));
}

TEST_CASE("image_folder: the schema knows the keys that the plugin knows", "[unit]") {
  std::ifstream in(fs::path(LACUNA_SOURCE_DIR) / "docs/schema/taxonomy.schema.json");
  const auto schema = nlohmann::json::parse(in);
  std::set<std::string> keys;
  for (const auto& [key, value] : schema.at("properties").items()) keys.insert(key);
  const MiniatureSet files("image_folder");
  for (const auto& key : keys) {
    CAPTURE(key);
    files.write("my_pictures/taxonomy.json", "{\"" + key + "\": 0}");
    CHECK(files.refusal(kOwn).find("unknown key") == std::string::npos);
  }
  CHECK(keys.size() == 6);  // as many as README.md lists
}
