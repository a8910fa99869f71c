// ImgnetDogs: names and splits against the published ones, every layout, every way of breaking it.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fixtures.hpp"
#include "imgnet_dogs/classes.hpp"
#include "run/jobs/matching.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

// A row of the published lists for a file below imagenet/.
std::string row(const std::string& path, const std::string& fine, const std::string& coarse) {
  return fmt::format(
      "{{\"img_path\": \"/storage/of/others/imagenet/{}\", \"coarse_label\": \"{}\", "
      "\"fine_label\": \"{}\"}}\n",
      path, coarse, fine);
}

// Moves the pictures of all class folders into one.
void flatten(const TempFolder& folder) {
  const auto val = folder.path("imagenet/val");
  for (const auto& wnid : imgnet_dogs::wnids()) {
    for (const auto& file : fs::directory_iterator(val / wnid))
      fs::rename(file.path(), val / file.path().filename());
    fs::remove(val / wnid);
  }
}

// The lists in a data folder name as many pictures as the published ones; here each is an empty
// file.
void check_lists(const fs::path& data_folder) {
  const TempFolder folder;
  for (const char* split : {"train", "test"}) {
    std::ifstream in(data_folder / "imgnet_dogs" / (std::string(split) + ".jsonl"));
    for (std::string line; std::getline(in, line);) {
      const auto path = nlohmann::json::parse(line).at("img_path").get<std::string>();
      folder.write(path.substr(path.find("imagenet/")), "");
    }
  }
  const DataRoots both{{folder.root(), data_folder}};
  const auto data = open("imgnet_dogs", both);
  CHECK(per_class(*data, "train") == std::pair<std::int64_t, std::int64_t>{200, 200});
  CHECK(per_class(*data, "test") == std::pair<std::int64_t, std::int64_t>{50, 50});
  CHECK_FALSE(noted(*data, "the original has"));
  const auto counts = golden("imgnet_dogs")["split_test_counts"];
  for (const auto& [split, concepts] : data->forget_splits()) {
    const auto forget = fine_labels(data->taxonomy(), concepts);
    std::int64_t n = 0;
    for (const auto label : labels(*data, "test"))
      n += std::count(forget.begin(), forget.end(), label);
    CHECK(n == counts[split]["forget"].get<std::int64_t>());
    CHECK(4950 - n == counts[split]["retain"].get<std::int64_t>());
  }
  // Where exactly the listed pictures are there, the rule finds them too, in the list's order.
  CHECK(open("imgnet_dogs", both, {{"lists", "rule"}})->manifest() == data->manifest());
}

}  // namespace

TEST_CASE("imgnet_dogs: names, hierarchy and splits are the published ones [golden]") {
  const auto facts = golden("imgnet_dogs");
  const auto taxonomy = imgnet_dogs::taxonomy();
  validate(taxonomy, "imgnet_dogs");
  CHECK(taxonomy.fine.size() == facts["n_fine"].get<std::size_t>());
  CHECK(taxonomy.coarse.size() == facts["n_coarse"].get<std::size_t>());
  check_hierarchy(taxonomy, facts["coarse"]);
  const auto wnids = imgnet_dogs::wnids();
  for (std::size_t i = 0; i < wnids.size(); ++i)
    CHECK(wnids[i] == facts["wnid"][taxonomy.fine[i]].get<std::string>());
  CHECK(nlohmann::json(imgnet_dogs::forget_splits()) == facts["splits"]);
  // "Grouped by coarse class in the order of the coarse file."
  CHECK(std::is_sorted(taxonomy.parent.begin(), taxonomy.parent.end()));
  CHECK(taxonomy.fine.front() == "clumber spaniel");
  CHECK(taxonomy.fine.back() == "Chesapeake Bay retriever");
}

TEST_CASE("imgnet_dogs: names are those of the label files, prompts those of OpenAI [golden]") {
  const auto taxonomy = imgnet_dogs::taxonomy();
  const auto files = golden("imgnet_dogs")["sha256"];
  CHECK(sha256(fmt::format("{}", fmt::join(taxonomy.fine, "\n"))) ==
        files["fine_label_subset.txt"].get<std::string>());
  CHECK(sha256(fmt::format("{}", fmt::join(taxonomy.coarse, "\n"))) ==
        files["coarse_label_subset.txt"].get<std::string>());
  const Miniature mini("imgnet_dogs");
  CHECK(nlohmann::json(open("imgnet_dogs", mini.roots())->templates()) ==
        published_names()["templates"]["imagenet1k"]);
}

TEST_CASE("imgnet_dogs: the label files and lists are the published ones [golden]", "[real]") {
  check_files("imgnet_dogs");
}

TEST_CASE("imgnet_dogs: the breeds of Oxford-IIIT Pet that count as forgotten [golden]") {
  const Miniature pets("oxford_pet");
  const auto target = open("oxford_pet", pets.roots());
  const auto matched = golden("imgnet_dogs")["ood_oxford_pets"]["matched"];
  for (const auto& [split, concepts] : imgnet_dogs::forget_splits()) {
    CAPTURE(split);
    std::vector<std::string> names;
    for (const auto label :
         match_concepts(Role::out_of_domain, concepts, target->taxonomy()).labels)
      names.push_back(target->taxonomy().fine[static_cast<std::size_t>(label)]);
    CHECK(names == matched[split].get<std::vector<std::string>>());
  }
}

TEST_CASE("imgnet_dogs: every layout of the same pictures is the same data") {
  const Miniature mini("imgnet_dogs", Miniature::small(2, 1));
  const auto nested = open("imgnet_dogs", mini.roots());
  CHECK(nested->splits() == std::vector<std::string>{"test", "train"});
  CHECK(per_class(*nested, "train") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(per_class(*nested, "test") == std::pair<std::int64_t, std::int64_t>{1, 1});
  CHECK(noted(*nested, "train: 198 pictures (the original has 19800)"));
  CHECK(noted(*nested, "test: 99 pictures (the original has 4950)"));
  CHECK(noted(*nested, "ignored 1 files that are no pictures"));
  const std::int64_t first[] = {0};
  CHECK(nested->images("train", first)[0].sizes() == at::IntArrayRef{12, 16, 3});
  CHECK(nested->file("train", 0) ==
        mini.path("imagenet/train/n02085620/n02085620_1.JPEG"));  // by wnid: Chihuahua
  CHECK(nested->taxonomy().fine[static_cast<std::size_t>(labels(*nested, "train")[0])] ==
        "Chihuahua");

  // Kaggle's folders.
  fs::create_directories(mini.path("ILSVRC/Data"));
  fs::rename(mini.path("imagenet"), mini.path("ILSVRC/Data/CLS-LOC"));
  CHECK(open("imgnet_dogs", mini.roots())->manifest() == nested->manifest());
  fs::rename(mini.path("ILSVRC/Data/CLS-LOC"), mini.path("imagenet"));

  // All validation pictures in one folder: with Kaggle's solution, then with a wnid a line.
  std::string solution = "ImageId,PredictionString\n", synsets;
  std::map<std::string, std::string> by_name;
  for (std::int64_t i = 0; i < 99; ++i) {
    const auto file = nested->file("test", i);
    by_name[file.stem().string()] = file.parent_path().filename().string();
  }
  for (const auto& [name, wnid] : by_name) {
    solution += name + ',' + wnid + " 85 1 499 272 \n";
    synsets += wnid + '\n';
  }
  flatten(mini);
  CHECK_THAT(refusal("imgnet_dogs", mini),
             StartsWith("imgnet_dogs: labels of the flat pictures in " +
                        mini.path("imagenet/val").string()) &&
                 ContainsSubstring("LOC_val_solution.csv") && ContainsSubstring("devkit"));
  mini.write("LOC_val_solution.csv", solution);
  const auto flat = open("imgnet_dogs", mini.roots());
  CHECK(flat->manifest() == nested->manifest());
  CHECK(labels(*flat, "test") == labels(*nested, "test"));
  CHECK(flat->file("test", 0).parent_path() == mini.path("imagenet/val"));
  fs::remove(mini.path("LOC_val_solution.csv"));
  mini.write("imagenet/imagenet_2012_validation_synset_labels.txt", synsets);
  CHECK(open("imgnet_dogs", mini.roots())->manifest() == nested->manifest());
}

TEST_CASE("imgnet_dogs: flat validation pictures with the devkit's labels") {
  const Miniature mini("imgnet_dogs_flat", Miniature::small(1, 2));
  const auto data = open("imgnet_dogs", mini.roots());
  CHECK(per_class(*data, "test") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(noted(*data, "ILSVRC2012_validation_ground_truth.txt"));
  // One more picture is a tench: it has a label, but no class here.
  CHECK(labels(*data, "test").size() == 198);

  const fs::path devkit = "imagenet/ILSVRC2012_devkit_t12/data";
  const auto truth = devkit / "ILSVRC2012_validation_ground_truth.txt";
  {
    const Broken broken(mini, truth, "151\n4000\n");
    CHECK(refusal("imgnet_dogs", mini) ==
          mini.path(truth).string() + ": line 2: '4000' (expected an ILSVRC2012_ID of meta.mat)");
  }
  {
    const Broken broken(mini, truth, "151\n153\n");  // cut short: the rest has no label
    CHECK(noted(*open("imgnet_dogs", mini.roots()), "ignored 197 pictures that have no label"));
  }
  {
    auto bytes = mini.read(devkit / "meta.mat");
    bytes.resize(bytes.size() / 2);
    const Broken broken(mini, devkit / "meta.mat", bytes);
    CHECK_THAT(refusal("imgnet_dogs", mini),
               StartsWith(mini.path(devkit / "meta.mat").string() + ": "));
  }
  {
    const Broken broken(mini, devkit / "meta.mat");
    CHECK(refusal("imgnet_dogs", mini) ==
          mini.path(devkit / "meta.mat").string() + ": cannot be read: No such file or directory");
  }
}

TEST_CASE("imgnet_dogs: a published list decides, in its order, wherever its pictures lay") {
  const Miniature mini("imgnet_dogs", Miniature::small(3, 1));
  const std::string samoyed = "n02111889", pug = "n02110958";
  mini.write("imgnet_dogs/train.jsonl",
             row("train/" + samoyed + "/" + samoyed + "_18.JPEG", "Samoyed", "spitz") +
                 row("train/n02112350/n02112350_1.JPEG", "keeshond", "spitz") +
                 row("train/" + samoyed + "/" + samoyed + "_1.JPEG", "Samoyed", "spitz"));
  const auto data = open("imgnet_dogs", mini.roots());
  CHECK(labels(*data, "train").size() == 3);
  CHECK(data->file("train", 0) == mini.path("imagenet/train/n02111889/n02111889_18.JPEG"));
  CHECK(data->file("train", 1) == mini.path("imagenet/train/n02112350/n02112350_1.JPEG"));
  CHECK(labels(*data, "test").size() == 99);  // no list for it
  CHECK(noted(*data, "train: the pictures named in"));
  CHECK(labels(*open("imgnet_dogs", mini.roots(), {{"lists", "rule"}}), "train").size() == 297);

  const auto refused = [&](const std::string& text) {
    const Broken broken(mini, "imgnet_dogs/train.jsonl", text);
    return refusal("imgnet_dogs", mini);
  };
  const auto list = mini.path("imgnet_dogs/train.jsonl").string();
  const auto good = row("train/n02111889/n02111889_1.JPEG", "Samoyed", "spitz");
  CHECK(refused(good + "Samoyed\n") ==
        list +
            ": line 2: no text 'fine_label' (expected an object with img_path, coarse_label and "
            "fine_label)");
  CHECK(refused(row("train/n02111889/n02111889_1.JPEG", "Samoyeed", "spitz")) ==
        list + ": line 1: 'Samoyeed': no such class (did you mean 'Samoyed')");
  CHECK(refused(row("train/n02111889/n02111889_1.JPEG", "Samoyed", "hound")) ==
        list + ": line 1: 'Samoyed' is under 'hound' (expected 'spitz')");
  CHECK_THAT(
      refused(row("train/n02112350/n02112350_1.JPEG", "Samoyed", "spitz")),
      ContainsSubstring("(expected …/train/n02111889/<picture> for a picture of 'Samoyed')"));
  CHECK_THAT(refused(row("val/n02111889/ILSVRC2012_val_00000001.JPEG", "Samoyed", "spitz")),
             ContainsSubstring("(expected …/train/n02111889/<picture>"));
  CHECK(refused(good + row("train/n02111889/n02111889_2.JPEG", "Samoyed", "spitz")) ==
        "imgnet_dogs: 1 of 101 pictures are missing: " +
            mini.path("imagenet/train/n02111889/n02111889_2.JPEG").string());
  CHECK(refused("") == "imgnet_dogs: split 'train' holds no pictures");
}

TEST_CASE("imgnet_dogs: broken copies") {
  const Miniature mini("imgnet_dogs");
  {
    const Broken broken(mini, "imagenet");
    CHECK(refusal("imgnet_dogs", mini) ==
          "imgnet_dogs: imagenet/train or ILSVRC/Data/CLS-LOC/train: not found in " +
              mini.root().string() +
              " (get ILSVRC 2012 from https://image-net.org/download-images; name the folder that "
              "holds it with --data DIR or LACUNA_DATA)");
  }
  {
    const Broken broken(mini, "imagenet/val");
    CHECK_THAT(refusal("imgnet_dogs", mini),
               StartsWith("imgnet_dogs: imagenet/val or ILSVRC/Data/CLS-LOC/val: not found in "));
  }
  {
    const Broken broken(mini, "imagenet/train/n02111889");
    // The folder was renamed: to no wnid.
    const auto data = open("imgnet_dogs", mini.roots());
    CHECK(noted(*data, "train: no pictures of 1 classes: Samoyed"));
    CHECK(labels(*data, "train").size() == 98);
  }
  {
    auto names = std::string();
    for (const auto& name : imgnet_dogs::taxonomy().fine) names += name + '\n';
    mini.write("imgnet_dogs/fine_label_subset.txt", names);
    CHECK(refusal("imgnet_dogs", mini).empty());  // one final newline more makes no difference
    replace(names, "Samoyed", "Samoyeed");
    mini.write("imgnet_dogs/fine_label_subset.txt", names);
    CHECK(refusal("imgnet_dogs", mini) == mini.path("imgnet_dogs/fine_label_subset.txt").string() +
                                              ": line 61: 'Samoyeed' (expected 'Samoyed')");
    mini.write("imgnet_dogs/fine_label_subset.txt", "clumber spaniel\n");
    CHECK(refusal("imgnet_dogs", mini) ==
          mini.path("imgnet_dogs/fine_label_subset.txt").string() + ": 1 names (expected 99)");
  }
  CHECK(refusal([] { open("imgnet_dogs", {}); }).find("any data folder: none was given") !=
        std::string::npos);
}

TEST_CASE("imgnet_dogs: lists as the published ones, with empty files for their pictures") {
  const TempFolder folder;
  const auto taxonomy = imgnet_dogs::taxonomy();
  const auto wnids = imgnet_dogs::wnids();
  std::map<std::string, std::size_t> by_wnid;
  for (std::size_t label = 0; label < wnids.size(); ++label) by_wnid[wnids[label]] = label;
  std::string train, test;
  for (const auto& [wnid, label] : by_wnid) {
    const auto add = [&](std::string& list, const std::string& path) {
      list += row(path, taxonomy.fine[label],
                  taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[label])]);
    };
    for (int i = 0; i < 200; ++i) add(train, fmt::format("train/{0}/{0}_{1}.JPEG", wnid, 1000 + i));
    for (std::size_t i = 0; i < 50; ++i)
      add(test, fmt::format("val/{}/ILSVRC2012_val_{:08}.JPEG", wnid, 99 * i + label + 1));
  }
  folder.write("imgnet_dogs/train.jsonl", train);
  folder.write("imgnet_dogs/test.jsonl", test);
  check_lists(folder.root());
}

TEST_CASE("imgnet_dogs: the published lists, with empty files for their pictures", "[real]") {
  check_lists(real_file("imgnet_dogs/train.jsonl").parent_path().parent_path());
}
