// CIFAR-100: miniature files written here, whole and damaged, and the real ones ([real]).
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <set>

#include "../real_file.hpp"
#include "miniature_set.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecord = 3074;

// A folder with a miniature CIFAR-100: one record a class in either file, fine class f under coarse
// class f / 5.
class Miniature {
 public:
  explicit Miniature(const fs::path& below = "cifar100") : folder_(root_ / below) {
    fs::create_directories(folder_);
    std::string fine, coarse, records;
    for (int f = 0; f < 100; ++f) {
      fine += "fine_" + std::to_string(f) + "\n";
      if (f < 20) coarse += "coarse_" + std::to_string(f) + "\n";
      std::string record(kRecord, '\0');
      record[0] = static_cast<char>(f / 5);
      record[1] = static_cast<char>(f);
      for (std::size_t i = 2; i < kRecord; ++i) {
        record[i] = static_cast<char>((i * 7 + static_cast<std::size_t>(f) * 31) % 251);
      }
      records += record;
    }
    coarse.pop_back();  // distributions differ in the last newline
    write("fine_label_names.txt", fine);
    write("coarse_label_names.txt", coarse);
    write("train.bin", records);
    write("test.bin", records);
  }
  ~Miniature() { fs::remove_all(root_); }

  fs::path path(const std::string& file) const { return folder_ / file; }
  std::string read(const std::string& file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& file, const std::string& bytes) const {
    std::ofstream(path(file), std::ios::binary) << bytes;
  }
  // Changes one byte of train.bin.
  void poke(std::size_t at, int value) const {
    auto bytes = read("train.bin");
    bytes.at(at) = static_cast<char>(value);
    write("train.bin", bytes);
  }
  std::unique_ptr<Dataset> open(nlohmann::json params = {{"allow_partial", true}}) const {
    return dataset("cifar100", params, {{root_}});
  }
  std::string refusal() const {
    return testing::refusal([this] { open(); });
  }

 private:
  fs::path root_ = fs::temp_directory_path() / ("lacuna-cifar-" + std::to_string(::getpid()));
  fs::path folder_;
};

// All 60,000 records, in a copy that says "maple" where others say "maple_tree"; published names
// are the same.
void check_whole(const DataRoots& roots) {
  const auto data = dataset("cifar100", {}, roots);
  const auto count = [&](const char* split) { return at::bincount(data->labels(split), {}, 100); };
  CHECK(at::equal(count("train"), at::full({100}, 500, at::kLong)));
  CHECK(at::equal(count("test"), at::full({100}, 100, at::kLong)));

  CHECK(data->taxonomy().fine[47] == "maple");
  CHECK(dataset("cifar100", {{"names", "clip"}}, roots)->taxonomy().fine[47] == "maple tree");
  CHECK(dataset("cifar100", {{"names", "reference"}}, roots)->taxonomy().fine[1] ==
        "aquarium_fish");

  const auto& taxonomy = data->taxonomy();
  const auto apple = taxonomy.parent[0];
  CHECK(taxonomy.fine[0] == "apple");
  CHECK(taxonomy.coarse[static_cast<std::size_t>(apple)] == "fruit and vegetables");

  std::set<std::string> concepts;
  for (const auto& [name, list] : data->forget_splits()) {
    CAPTURE(name);
    CHECK(list.size() == 10);
    concepts.insert(list.begin(), list.end());
    std::set<std::int64_t> groups;
    for (const auto label : fine_labels(taxonomy, list)) {
      groups.insert(taxonomy.parent[static_cast<std::size_t>(label)]);
    }
    CHECK(groups.size() >= 8);
  }
  CHECK(concepts.size() == 30);
}

}  // namespace

TEST_CASE("cifar100 reads the official layout", "[unit]") {
  const Miniature files;
  const auto data = files.open();
  CHECK(data->taxonomy().fine[7] == "fine 7");
  CHECK(data->taxonomy().coarse[19] == "coarse 19");
  CHECK(data->taxonomy().parent[7] == 1);
  CHECK(at::equal(data->labels("test"), at::arange(100, at::kLong)));
  const auto bytes = files.read("test.bin").substr(3 * kRecord, kRecord);
  const auto picture = data->images("test", range(3, 1)).at(0);
  REQUIRE(picture.sizes() == at::IntArrayRef{32, 32, 3});
  for (const int y : {0, 13, 31}) {
    for (const int x : {0, 5, 31}) {
      for (const int channel : {0, 1, 2}) {
        CHECK(picture[y][x][channel].item<std::uint8_t>() ==
              static_cast<std::uint8_t>(
                  bytes[static_cast<std::size_t>(2 + channel * 1024 + y * 32 + x)]));
      }
    }
  }
}

TEST_CASE("cifar100 is found in four places", "[unit]") {
  for (const char* below : {"cifar100", "cifar100/cifar-100-binary", "cifar-100-binary", ""}) {
    CAPTURE(below);
    const Miniature files(below);
    CHECK(files.open()->labels("train").numel() == 100);
  }
}

TEST_CASE("OpenAI's prompts for CIFAR-100", "[unit]") {
  const Miniature files;
  const auto prompts = files.open()->templates();
  CHECK(prompts.size() == 18);
  CHECK(std::set<std::string>(prompts.begin(), prompts.end()).size() == 18);
  CHECK(prompts[0] == "a photo of a {}.");
  CHECK(prompts[8] == "a photo of a big {}.");
  CHECK(prompts[9] == "a photo of the {}.");
  CHECK(prompts[11] == "a black and white photo of the {}.");
}

TEST_CASE("the manifest of cifar100 changes with the files and the style", "[unit]") {
  const Miniature files;
  const auto before = files.open()->manifest();
  for (const char* file : {"train.bin", "test.bin"}) {
    const auto line = std::string(file) + ' ' + sha256_file(files.path(file)) + '\n';
    CHECK(before.find(line) != std::string::npos);
  }
  CHECK(files.open({{"allow_partial", true}, {"style", "drawing"}})->manifest() != before);
  auto longer = files.read("train.bin");
  longer += longer.substr(0, kRecord);
  files.write("train.bin", longer);
  CHECK(files.open()->manifest() != before);
}

TEST_CASE("styles of cifar100 differ from the photograph and from each other", "[unit]") {
  const Miniature files;
  std::set<std::string> seen;
  for (const char* style : {"photo", "drawing", "greyscale", "posterised"}) {
    const auto data = files.open({{"allow_partial", true}, {"style", style}});
    seen.insert(pictures(*data, "test", {42})[0]);
    CHECK(at::equal(data->labels("test"), at::arange(100, at::kLong)));
  }
  CHECK(seen.size() == 4);
  const auto drawing = files.open({{"allow_partial", true}, {"style", "drawing"}});
  const auto picture = drawing->images("test", range(42, 1)).at(0);
  CHECK(at::equal(picture.select(2, 0), picture.select(2, 2)));
}

TEST_CASE("cifar100 takes published names only for files in the published order", "[unit]") {
  const Miniature files;
  CHECK(testing::refusal([&] {
          files.open({{"allow_partial", true}, {"names", "clip"}});
        }) == files.path("fine_label_names.txt").string() +
                  ": line 1: 'fine 0' (expected 'apple' or its spelling with '_', for published "
                  "names)");
}

TEST_CASE("the names of cifar100 leave the keys of published results alone", "[unit]") {
  const auto resolve = [](const nlohmann::json& params) {
    return registry().find(Kind::dataset, "cifar100").entry->resolve(params);
  };
  const nlohmann::json before{{"style", "photo"}, {"allow_partial", false}};
  CHECK(resolve({}) == before);
  CHECK(resolve({{"names", "files"}}) == before);
  CHECK(resolve({{"names", "clip"}}).at("names") == "clip");
  CHECK(testing::refusal([&] {
          resolve({{"name", "clip"}});
        }) == "name: unknown parameter (did you mean 'names')");
}

TEST_CASE("damaged CIFAR-100 files give one clear line", "[unit]") {
  const Miniature files;
  const auto train = files.path("train.bin").string(), test = files.path("test.bin").string();

  SECTION("short file") {
    files.write("train.bin", files.read("train.bin").substr(0, 100 * kRecord - 1));
    CHECK(files.refusal() ==
          train +
              ": 307399 bytes are no whole number of records (153700000 expected: 50000 "
              "records of 3074 bytes; is the file cut short, or not the binary version?)");
  }
  SECTION("empty file") {
    files.write("test.bin", "");
    CHECK(files.refusal() ==
          test +
              ": 0 bytes are no whole number of records (30740000 expected: 10000 records of "
              "3074 bytes; is the file cut short, or not the binary version?)");
  }
  SECTION("wrong number of records") {
    CHECK(testing::refusal([&] { files.open(nlohmann::json::object()); }) ==
          train +
              ": 307400 bytes hold 100 records (153700000 expected: 50000 records of 3074 "
              "bytes; set allow_partial to use a part of CIFAR-100)");
  }
  SECTION("a part of the records is told") {
    const auto data = files.open({{"allow_partial", true}});
    CHECK(data->notes() ==
          std::vector<std::string>{"test: 100 pictures (the original has 10000)",
                                   "train: 100 pictures (the original has 50000)"});
  }
  SECTION("missing names") {
    fs::remove(files.path("fine_label_names.txt"));
    CHECK(files.refusal() == files.path("fine_label_names.txt").string() +
                                 ": missing (CIFAR-100's binary version has train.bin, test.bin, "
                                 "fine_label_names.txt and coarse_label_names.txt)");
  }
  SECTION("missing records") {
    fs::remove(files.path("train.bin"));
    CHECK(files.refusal().starts_with(train + ": missing (CIFAR-100's binary version has"));
  }
  SECTION("a directory in place of a file") {
    fs::remove(files.path("test.bin"));
    fs::create_directory(files.path("test.bin"));
    CHECK(files.refusal() == test + ": is a folder (expected a file of CIFAR-100's records)");
  }
  SECTION("a pipe or a pointer in place of a file") {
    fs::remove(files.path("test.bin"));
    REQUIRE(mkfifo(files.path("test.bin").c_str(), 0600) == 0);
    CHECK(files.refusal() == test + ": is a pipe (expected a file of CIFAR-100's records)");
    fs::remove(files.path("test.bin"));
    files.write("test.bin", "version https://git-lfs.github.com/spec/v1\n");
    CHECK(files.refusal() == test +
                                 ": is a Git-LFS pointer, not the records (run 'git lfs pull', or "
                                 "download the file itself)");
    files.write("coarse_label_names.txt", "version https://git-lfs.github.com/spec/v1\n");
    CHECK(files.refusal().starts_with(files.path("coarse_label_names.txt").string() +
                                      ": is a Git-LFS pointer, not a list of names (run"));
  }
  SECTION("too few names") {
    files.write("coarse_label_names.txt", "people\ntrees\n");
    CHECK(files.refusal() ==
          files.path("coarse_label_names.txt").string() + ": 2 names (20 expected)");
  }
  SECTION("the same name twice") {
    auto names = files.read("fine_label_names.txt");
    names.replace(names.find("fine_4\n"), 6, "fine_3");
    files.write("fine_label_names.txt", names);
    CHECK(files.refusal() ==
          files.path("").parent_path().string() + ": the fine class 'fine 3' occurs twice");
  }
  SECTION("fine label out of range") {
    files.poke(4 * kRecord + 1, 100);
    CHECK(files.refusal() == train + ": record 4: fine label 100 is out of range (0 to 99)");
  }
  SECTION("coarse label out of range") {
    files.poke(4 * kRecord, 255);
    CHECK(files.refusal() == train + ": record 4: coarse label 255 is out of range (0 to 19)");
  }
  SECTION("two parents") {
    files.poke(4 * kRecord, 9);
    CHECK(files.refusal() == test +
                                 ": record 4: 'fine 4' is under 'coarse 0' here and under "
                                 "'coarse 9' before (a fine class has one coarse class)");
  }
  SECTION("a class without a picture") {
    for (const char* file : {"train.bin", "test.bin"}) {
      files.write(file, files.read(file).substr(0, 99 * kRecord));
    }
    CHECK(files.refusal() ==
          train + ": no picture of 'fine 99' here nor in test.bin, so its coarse class is unknown");
  }
}

TEST_CASE("cifar100 without its files says where it looked", "[unit]") {
  CHECK(refusal([] {
          dataset("cifar100", {}, {{"/nowhere/a", "/nowhere/b"}});
        }) ==
        "cifar100/train.bin: not found in /nowhere/a, /nowhere/b (name the folder that holds it "
        "with --data DIR or LACUNA_DATA)");
  CHECK(refusal([] {
          dataset("cifar100", {{"style", "oil"}});
        }) == "style: \"oil\" is not one of 'photo', 'drawing', 'greyscale', 'posterised'");
}

TEST_CASE("cifar100 whole, in a copy that says maple", "[slow]") {
  const MiniatureSet files("cifar100");  // published names, each picture once
  for (const auto& [file, times] : {std::pair{"train.bin", 500}, {"test.bin", 100}}) {
    const auto path = fs::path("cifar-100-binary") / file;
    const auto records = files.read(path);
    std::ofstream out(files.path(path), std::ios::binary);
    for (int i = 0; i < times; ++i) out << records;
  }
  const auto list = fs::path("cifar-100-binary") / "fine_label_names.txt";
  for (const std::string tree : {"maple", "oak", "palm", "pine", "willow"})
    files.edit(list, tree + "_tree\n", tree + '\n');
  check_whole({{files.root()}});
}

TEST_CASE("the real CIFAR-100", "[slow][real]") {
  const DataRoots roots{{real_file("cifar100/train.bin").parent_path().parent_path()}};
  check_whole(roots);
  // That of the results in results/cifar100.
  CHECK(sha256(dataset("cifar100", {}, roots)->manifest()) ==
        "d81ea37eb1dbc5b18e8bf4646ff1361e44535e7931d058f8636043c7df8857cb");
}
