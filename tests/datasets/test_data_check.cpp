// lacuna data check on whole and broken copies of the zero-shot sets and of image_folder, as a user
// would see it.
#include <catch2/matchers/catch_matchers_string.hpp>

#include "../program.hpp"
#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

namespace {

const std::string kAny;
const std::string kPartial = R"(--params '{"allow_partial": true}')";
const std::string kOwn = R"(--params '{"root": "my_pictures"}')";
const std::string kSplits = R"(--params '{"root": "my_splits"}')";

Finished check(const std::string& id, const MiniatureSet& files, const std::string& more = "") {
  return run_shell("unset LACUNA_DATA; \"$LACUNA\" data check " + id + " --data " +
                   files.root().string() + ' ' + more);
}

nlohmann::json report(const std::string& id, const MiniatureSet& files,
                      const std::string& more = "") {
  return nlohmann::json::parse(check(id, files, more + " --json").out);
}

}  // namespace

TEST_CASE("data check: whole copies of the zero-shot sets have no findings", "[unit]") {
  struct Copy {
    const char* id;
    const char* layout;
    const std::string& more;
    int pictures;  // of split test
  };
  for (const auto& [id, layout, more, pictures] :
       {Copy{"food101", "food101", kAny, 101}, Copy{"flowers102", "flowers102", kAny, 102},
        Copy{"caltech101", "caltech101", kAny, 101}, Copy{"cifar100", "cifar100", kPartial, 100},
        Copy{"imagenet1k", "imagenet1k_flat", kAny, 1000},
        Copy{"image_folder", "image_folder", kOwn, 5},
        Copy{"image_folder", "image_folder_splits", kSplits, 5}}) {
    CAPTURE(layout);
    const MiniatureSet files(id, layout);
    const auto finished = check(id, files, more);
    CAPTURE(finished.out, finished.err);
    CHECK(finished.code == 0);
    CHECK_THAT(finished.out,
               ContainsSubstring("test: " + std::to_string(pictures) + " pictures, 1 a class\n") &&
                   EndsWith("\n0 findings\n"));
  }
}

TEST_CASE("data check: zero-shot sets that are not there", "[unit]") {
  const MiniatureSet nothing("image_folder");
  for (const char* id : {"food101", "flowers102", "caltech101", "imagenet1k"}) {
    const auto finished = check(id, nothing);
    CHECK(finished.code == 2);
    CHECK_THAT(finished.out, ContainsSubstring(": not found in " + nothing.root().string()) &&
                                 ContainsSubstring("(get ") && ContainsSubstring("--data DIR"));
  }
  CHECK(check("image_folder", nothing).code == 2);
}

TEST_CASE("data check: a broken food101", "[unit]") {
  const MiniatureSet files("food101");
  const std::string pizza = "food-101/images/pizza/1005649.jpg",
                    waffles = "food-101/images/waffles/1005649.jpg";
  files.write("food-101/images/apple_pie/1005649.jpg",
              "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
  files.write("food-101/images/ramen/1005649.jpg",
              files.read("food-101/images/ramen/1005649.jpg").substr(0, 60));
  files.write(waffles, files.read(pizza));
  const auto all = report("food101", files);
  CHECK(all["usable"] == true);
  REQUIRE(all["unreadable"].size() == 2);
  CHECK(all["unreadable"][0]["class"] == "apple pie");
  CHECK_THAT(all["unreadable"][0]["reason"].get<std::string>(), ContainsSubstring("LFS"));
  CHECK(all["unreadable"][1]["class"] == "ramen");
  REQUIRE(all["conflicting"].size() == 1);
  CHECK(all["conflicting"][0][0]["class"] == "pizza");
  CHECK(all["conflicting"][0][1]["class"] == "waffles");
  CHECK(all["findings"] == 3);
  CHECK(check("food101", files).code == 1);

  files.remove(pizza);
  const auto finished = check("food101", files);
  CHECK(finished.code == 2);
  CHECK(finished.out ==
        "food101: 1 of 202 pictures are missing: " + files.path(pizza).string() + '\n');
}

TEST_CASE("data check: a broken flowers102", "[unit]") {
  const MiniatureSet files("flowers102");
  const auto data = files.open();
  std::filesystem::copy_file(data->file("train", 0), data->file("test", 0),
                             std::filesystem::copy_options::overwrite_existing);
  const auto same =
      data->labels("train")[0].item<std::int64_t>() == data->labels("test")[0].item<std::int64_t>();
  const auto all = report("flowers102", files);
  CHECK(all["conflicting"].size() == (same ? 0 : 1));
  CHECK(all["across_splits"].size() == 1);
  CHECK(all["findings"] == (same ? 1 : 2));
  files.write("flowers-102/setid.mat", "<!DOCTYPE html><html>404</html>");
  const auto finished = check("flowers102", files);
  CHECK(finished.code == 2);
  CHECK_THAT(finished.out, ContainsSubstring("setid.mat: is an HTML page, not a MATLAB file"));
}

TEST_CASE("data check: a broken caltech101", "[unit]") {
  const MiniatureSet files("caltech101");
  files.remove("caltech101/101_ObjectCategories/lotus");
  files.write("caltech101/101_ObjectCategories/anchor/image_0001.jpg", "");
  const auto finished = check("caltech101", files);
  CHECK(finished.code == 1);
  CHECK_THAT(finished.out, ContainsSubstring("finding: test: no picture of 1 class: lotus\n") &&
                               ContainsSubstring("finding: unreadable: test[") &&
                               EndsWith("\n2 findings\n"));
}

TEST_CASE("data check: a broken cifar100", "[unit]") {
  const MiniatureSet files("cifar100");
  files.write("cifar-100-binary/test.bin", files.read("cifar-100-binary/test.bin").substr(1));
  const auto finished = check("cifar100", files, kPartial);
  CHECK(finished.code == 2);
  CHECK_THAT(finished.out,
             ContainsSubstring("test.bin: 307399 bytes are no whole number of records"));
}

TEST_CASE("data check: a broken imagenet1k", "[unit]") {
  const MiniatureSet files("imagenet1k", "imagenet1k_flat");
  files.remove("imagenet/val/ILSVRC2012_val_00000208.JPEG");
  const auto finished = check("imagenet1k", files);
  CHECK(finished.code == 1);
  CHECK_THAT(finished.out, ContainsSubstring("test: 999 pictures, 0 to 1 a class\n") &&
                               ContainsSubstring("no picture of 1 class: Golden Retriever\n"));
  files.remove("imagenet/ILSVRC2012_devkit_t12");
  CHECK(check("imagenet1k", files).code == 2);
}

TEST_CASE("data check: a broken image_folder", "[unit]") {
  auto options = MiniatureSet::small();
  options.oddities = false;
  options.train_per_class = 3;
  const MiniatureSet files("image_folder", "", options);
  // A picture to be forgotten that is also one to be retained.
  files.write("my_pictures/cargo van/0.jpg", files.read("my_pictures/samoyed/0.jpg"));
  const auto all = report("image_folder", files, kOwn);
  CHECK(all["conflicting"].size() == 1);
  CHECK(all["leaks"]["easy"]["forget_and_retain"].size() == 1);
  CHECK(all["leaks"]["cats"]["forget_and_retain"].empty());
  CHECK(check("image_folder", files, kOwn).code == 1);

  files.edit("my_pictures/taxonomy.json", "\"samoyed\"", "\"samoyd\"");
  const auto finished = check("image_folder", files, kOwn);
  CHECK(finished.code == 2);
  CHECK(finished.out == "image_folder: " + files.path("my_pictures/taxonomy.json").string() +
                            ": classes.samoyd: there is no such folder with pictures (did you mean "
                            "'samoyed')\n");
}
