// Oxford 102 Flowers: a miniature, whole and damaged, and the real MATLAB files ([real]).
#include "../real_file.hpp"
#include "miniature/files.hpp"
#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;
namespace fs = std::filesystem;

namespace {

// All 8,189 pictures: each in exactly one split, as many a class as the original has.
void check_whole(const Dataset& data) {
  CHECK(even(data, "train", 10));
  CHECK(even(data, "val", 10));
  CHECK(data.labels("test").numel() == 6149);
  for (const auto& note : data.notes()) CHECK(note.find("original") == std::string::npos);
  std::set<fs::path> seen;
  for (const auto& split : data.splits())
    for (std::int64_t i = 0; i < data.labels(split).numel(); ++i) seen.insert(data.file(split, i));
  CHECK(seen.size() == 8189);
}

}  // namespace

TEST_CASE("flowers102 reads labels and splits that count from 1", "[unit]") {
  const MiniatureSet files("flowers102");
  const auto data = files.open();
  CHECK(data->taxonomy().fine.size() == 102);
  CHECK(data->taxonomy().fine[0] == "pink primrose");
  CHECK(data->templates() == std::vector<std::string>{"a photo of a {}, a type of flower."});
  CHECK(data->splits() == std::vector<std::string>{"test", "train", "val"});
  for (const char* split : {"train", "val", "test"}) CHECK(even(*data, split, 1));
  CHECK(noted(*data, "test: 102 pictures (the original has 6149)"));
  CHECK(noted(*data, "ignored: 1 file that is no picture (jpg/Thumbs.db)"));
}

TEST_CASE("flowers102 gives every id its own label and its own split", "[unit]") {
  const MiniatureSet files("flowers102");
  std::vector<double> labels(306), train, val, test;
  for (int id = 1; id <= 306; ++id) {
    labels[static_cast<std::size_t>(id - 1)] = (id * 5) % 102 + 1;
    (id <= 102 ? test : id <= 204 ? train : val).push_back(id);
  }
  std::reverse(test.begin(), test.end());
  miniature::MatWriter(files.path("flowers-102/imagelabels.mat")).numbers("labels", labels);
  {
    miniature::MatWriter sets(files.path("flowers-102/setid.mat"));
    sets.numbers("trnid", train);
    sets.numbers("valid", val);
    sets.numbers("tstid", test);
  }
  const auto data = files.open();
  CHECK(data->file("test", 0).filename() == "image_00102.jpg");
  CHECK(data->file("test", 101).filename() == "image_00001.jpg");
  CHECK(data->file("train", 0).filename() == "image_00103.jpg");
  CHECK(data->file("val", 101).filename() == "image_00306.jpg");
  CHECK(data->labels("test")[101].item<std::int64_t>() == 5);  // id 1 has label 6 of 102
  CHECK(data->labels("train")[0].item<std::int64_t>() == 515 % 102);
}

TEST_CASE("flowers102 with the paper's names", "[unit]") {
  const MiniatureSet files("flowers102");
  const auto names = files.open()->taxonomy().fine,
             reference = files.open({{"names", "reference"}})->taxonomy().fine;
  std::vector<std::size_t> different;
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] != reference[i]) different.push_back(i);
  CHECK(different == std::vector<std::size_t>{15, 59, 92});
  CHECK(names[15] == "globe flower");
  CHECK(names[59] == "pink and yellow dahlia");
  CHECK(reference[15] == "globe-flower");
  CHECK(reference[59] == "pink-yellow dahlia");
  CHECK(reference[92] == "ball moss");
}

TEST_CASE("a damaged flowers102 gives one clear line", "[unit]") {
  const MiniatureSet files("flowers102");
  const auto labels = files.path("flowers-102/imagelabels.mat"),
             sets = files.path("flowers-102/setid.mat");
  const auto write_sets = [&](std::vector<double> train, std::vector<double> val,
                              std::vector<double> test) {
    miniature::MatWriter out(sets);
    out.numbers("trnid", train);
    out.numbers("valid", val);
    out.numbers("tstid", test);
  };
  SECTION("a label that is not one of 102") {
    std::vector<double> bad(306, 1);
    bad[4] = 0;
    miniature::MatWriter(labels).numbers("labels", bad);
    CHECK(files.refusal() == labels.string() + ": labels: element 5 is 0 (expected 1 to 102)");
    bad[4] = 103;
    miniature::MatWriter(labels).numbers("labels", bad);
    CHECK(files.refusal() == labels.string() + ": labels: element 5 is 103 (expected 1 to 102)");
  }
  SECTION("an id without a label") {
    write_sets({1}, {2}, {307});
    CHECK(files.refusal() ==
          sets.string() + ": tstid: picture 307 has no label (there are 306, from 1)");
    write_sets({0}, {2}, {3});
    CHECK(files.refusal() ==
          sets.string() + ": trnid: picture 0 has no label (there are 306, from 1)");
  }
  SECTION("an id in two splits") {
    write_sets({1}, {2}, {1});
    CHECK(files.refusal() == sets.string() + ": tstid: picture 1 is in trnid as well");
  }
  SECTION("classes without pictures") {
    write_sets({1}, {2}, {3});
    CHECK(files.refusal().empty());
    CHECK(noted(*files.open(), "val: 1 pictures (the original has 1020)"));
  }
  SECTION("a split is missing") {
    miniature::MatWriter(sets).numbers("trnid", {1});
    CHECK(files.refusal() == sets.string() + ": valid: no such variable (there: trnid)");
  }
  SECTION("no MATLAB file") {
    files.write("flowers-102/setid.mat", "version https://git-lfs.github.com/spec/v1\n");
    CHECK(files.refusal().starts_with(sets.string() +
                                      ": is a Git-LFS pointer, not a MATLAB file (run"));
    files.write("flowers-102/setid.mat", "no MATLAB file");
    CHECK(files.refusal().starts_with(sets.string() + ": is no MATLAB file"));
  }
  SECTION("a folder in the place of a file") {
    files.remove("flowers-102/setid.mat");
    fs::create_directory(sets);
    CHECK(files.refusal() == sets.string() + ": is a folder (expected a MATLAB file)");
  }
  SECTION("a MATLAB file cut short") {
    files.write("flowers-102/setid.mat", files.read("flowers-102/setid.mat").substr(0, 200));
    CHECK(files.refusal().starts_with(sets.string() + ": "));
  }
  SECTION("a picture is missing") {
    files.remove("flowers-102/jpg/image_00007.jpg");
    const auto message = files.refusal();
    CHECK(message.find("pictures are missing: " +
                       files.path("flowers-102/jpg/image_00007.jpg").string()) !=
          std::string::npos);
  }
  SECTION("labels only") {
    files.remove("flowers-102/jpg");
    CHECK(files.refusal().starts_with("flowers102: " + files.path("flowers-102").string() +
                                      ": lacks jpg (get 102flowers.tgz"));
  }
}

TEST_CASE("flowers102 with as many pictures as the original", "[unit]") {
  auto options = MiniatureSet::small();
  options.original_counts = true;
  options.width = options.height = 4;
  check_whole(*MiniatureSet("flowers102", "", options).open());
}

TEST_CASE("flowers102 with the published labels and splits", "[golden][real]") {
  const auto real = real_file("flowers102/setid.mat").parent_path();
  const MiniatureSet files("flowers102");
  for (const char* file : {"imagelabels.mat", "setid.mat"})
    fs::copy_file(real / file, files.path(fs::path("flowers-102") / file),
                  fs::copy_options::overwrite_existing);
  for (int id = 1; id <= 8189; ++id) {
    const auto digits = std::to_string(id);
    std::ofstream(files.path("flowers-102/jpg/image_" + std::string(5 - digits.size(), '0') +
                             digits + ".jpg"),
                  std::ios::app);
  }
  const auto data = files.open();
  check_whole(*data);
  const auto per_class = at::bincount(data->labels("test"), {}, 102);
  CHECK(per_class.min().item<std::int64_t>() == 20);
  CHECK(per_class.max().item<std::int64_t>() == 238);

  std::string first;  // is a passion flower
  for (const auto& split : data->splits()) {
    const auto labels = data->labels(split);
    for (std::int64_t i = 0; i < labels.numel(); ++i)
      if (data->file(split, i).filename() == "image_00001.jpg")
        first = data->taxonomy().fine[static_cast<std::size_t>(labels[i].item<std::int64_t>())];
  }
  CHECK(first == "passion flower");
}
