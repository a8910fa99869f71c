// ImageNet-1k: miniatures of both layouts of the validation set, whole and damaged.
#include <fmt/format.h>

#include "imagenet1k/synsets.hpp"
#include "imgnet_dogs/classes.hpp"
#include "miniature_set.hpp"

using namespace lacuna;
using namespace lacuna::testing;
namespace fs = std::filesystem;

namespace {

std::int64_t label_of(const Dataset& data, const std::string& wnid) {
  const auto labels = data.labels("test");
  for (std::int64_t i = 0; i < labels.numel(); ++i)
    if (data.file("test", i).parent_path().filename() == wnid)
      return labels[i].item<std::int64_t>();
  return -1;
}

miniature::Options smallest() {
  auto options = MiniatureSet::small();
  options.width = options.height = 4;
  return options;
}

}  // namespace

TEST_CASE("the synsets of imagenet1k", "[golden]") {
  std::vector<std::string> wnids;
  for (const auto& synset : imagenet::kSynsets) wnids.emplace_back(synset.wnid);
  CHECK(std::is_sorted(wnids.begin(), wnids.end()));
  CHECK(std::set<std::string>(wnids.begin(), wnids.end()).size() == 1000);
  for (const auto& wnid : wnids) CHECK((wnid.size() == 9 && wnid[0] == 'n'));
  const auto position = [&](const std::string& wnid) {
    return std::lower_bound(wnids.begin(), wnids.end(), wnid) - wnids.begin();
  };
  // Positions that any list of the 1000 classes agrees on.
  CHECK(position("n01440764") == 0);    // tench
  CHECK(position("n01751748") == 65);   // sea snake: the class of validation picture 1
  CHECK(position("n02085620") == 151);  // Chihuahua, the first dog
  CHECK(position("n02099601") == 207);  // golden retriever
  CHECK(position("n02113978") == 268);  // Mexican hairless, the last dog
  CHECK(position("n15075141") == 999);  // toilet paper
  for (const auto& wnid : imgnet_dogs::wnids()) {
    CAPTURE(wnid);
    const auto at = position(wnid);
    REQUIRE(at < 1000);
    CHECK(wnids[static_cast<std::size_t>(at)] == wnid);
    CHECK((at >= 151 && at <= 268));
  }
}

TEST_CASE("imagenet1k in class folders", "[unit]") {
  const MiniatureSet files("imagenet1k", "", smallest());
  const auto data = files.open();
  const auto& names = data->taxonomy().fine;
  REQUIRE(names.size() == 1000);
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == 1000);
  CHECK(data->templates().size() == 80);
  CHECK(data->splits() == std::vector<std::string>{"test"});
  CHECK(even(*data, "test", 1));
  CHECK(label_of(*data, "n02099601") == 207);
  CHECK(names[207] == "Golden Retriever");
  CHECK(noted(*data, "test: 1000 pictures (the original has 50000)"));
  // What OpenAI's list has twice. The tokenizer drops the space.
  CHECK(names[657] == "missile");
  CHECK(names[744] == "missile ");
  CHECK(names[836] == "sunglasses");
  CHECK(names[837] == "sunglasses ");

  const auto both = files.open({{"splits", "all"}});
  CHECK(both->splits() == std::vector<std::string>{"test", "train"});
  CHECK(even(*both, "train", 1));

  // One set of files for all, since it is a large one.
  files.remove("imagenet/train");
  CHECK(files.open()->splits().size() == 1);
  CHECK(
      files.refusal({{"splits", "all"}}).starts_with("imagenet1k: imagenet/train: not found in "));
  files.remove("imagenet/val/n02099601");
  CHECK(files.refusal() == "imagenet1k: test: no picture of 1 of 1000 classes: Golden Retriever");
  files.remove("imagenet");
  CHECK(files.refusal().starts_with("imagenet1k: imagenet/val: not found in " +
                                    files.root().string() + " (get ILSVRC 2012 from "));
}

TEST_CASE("imagenet1k with all validation pictures in one folder", "[unit]") {
  const MiniatureSet files("imagenet1k", "imagenet1k_flat", smallest());
  const std::string devkit = "imagenet/ILSVRC2012_devkit_t12/data/",
                    truth = devkit + "ILSVRC2012_validation_ground_truth.txt";
  std::string manifest;
  {
    const auto data = files.open();
    manifest = data->manifest();
    // The miniature's picture N is of synset N, whatever its ILSVRC2012_ID.
    CHECK(at::equal(data->labels("test"), at::arange(1000, at::kLong)));
    CHECK(data->file("test", 207).filename() == "ILSVRC2012_val_00000208.JPEG");
    CHECK(noted(*data,
                "val: without class folders, classes from "
                "ILSVRC2012_validation_ground_truth.txt"));
  }
  SECTION("Kaggle's list instead of the devkit") {
    files.remove("imagenet/ILSVRC2012_devkit_t12");
    std::string csv = "ImageId,PredictionString\n";
    for (int label = 999; label >= 0; --label)
      csv += fmt::format("ILSVRC2012_val_{:08},{} 1 2 3 4 \n", label + 1,
                         imagenet::kSynsets[static_cast<std::size_t>(label)].wnid);
    files.write("imagenet/LOC_val_solution.csv", csv);
    CHECK(files.open()->manifest() == manifest);
    files.write("imagenet/LOC_val_solution.csv", csv + "ILSVRC2012_val_00001001\n");
    CHECK(files.refusal() == files.path("imagenet/LOC_val_solution.csv").string() +
                                 ": line 1002: 'ILSVRC2012_val_00001001' (expected "
                                 "<picture>,<wnid> …)");
  }
  SECTION("wnids by line instead of the devkit") {
    files.remove("imagenet/ILSVRC2012_devkit_t12");
    std::string wnids;
    for (const auto& synset : imagenet::kSynsets) wnids += std::string(synset.wnid) + '\n';
    files.write("imagenet/imagenet_2012_validation_synset_labels.txt", wnids);
    CHECK(files.open()->manifest() == manifest);
  }
  SECTION("no labels") {
    files.remove("imagenet/ILSVRC2012_devkit_t12");
    CHECK(files.refusal().starts_with(
        "imagenet1k: " + files.path("imagenet/val").string() +
        ": holds pictures without class folders, and no list says their classes (put "));
  }
  SECTION("a label that the devkit does not have") {
    const auto lines = files.read(truth);
    files.write(truth, "1999" + lines.substr(lines.find('\n')));
    CHECK(files.refusal() ==
          files.path(truth).string() + ": line 1: '1999' (expected an ILSVRC2012_ID of meta.mat)");
  }
  SECTION("the devkit without its names") {
    files.remove(devkit + "meta.mat");
    CHECK(files.refusal().starts_with(files.path(devkit + "meta.mat").string() + ": "));
  }
  SECTION("a picture that no label is for") {
    files.write("imagenet/val/ILSVRC2012_val_00001001.JPEG", "x");
    CHECK(noted(*files.open(),
                "ignored: 1 pictures in val that "
                "ILSVRC2012_validation_ground_truth.txt does not name"));
  }
}
