// Stanford Cars: names against the published ones, both layouts, every way of breaking them.
#include <fmt/format.h>

#include "fixtures.hpp"
#include "miniature/files.hpp"
#include "stanford_cars/classes.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

namespace {

// The annotations in a data folder, with empty files for the pictures. 00001.jpg is of class 14.
void check_annotations(const fs::path& data_folder,
                       const std::pair<std::int64_t, std::int64_t>& train_per_class) {
  const TempFolder folder;
  for (int i = 1; i <= 8144; ++i)
    folder.write(fmt::format("stanford_cars/cars_train/{:05}.jpg", i), "");
  folder.write("stanford_cars/cars_test/00001.jpg", "");
  const DataRoots both{{folder.root(), data_folder}};
  // The test pictures' labels are not among them, and that is what is said.
  CHECK_THAT(refusal([&] { open("stanford_cars", both); }),
             StartsWith("stanford_cars: stanford_cars/devkit/cars_test_annos_withlabels.mat, which "
                        "has the test pictures' labels (cars_test_annos.mat has none): not found"));
  fs::copy(data_folder / "stanford_cars/cars_test_annos.mat",
           folder.path("stanford_cars/cars_test_annos_withlabels.mat"));
  CHECK_THAT(refusal([&] { open("stanford_cars", both); }),
             ContainsSubstring("annotations: has no field 'class'"));
  miniature::MatWriter(folder.path("stanford_cars/cars_test_annos_withlabels.mat"))
      .structs("annotations", {{"fname", {"00001.jpg"}, {}}, {"class", {}, {196}}});
  const auto data = open("stanford_cars", both);
  CHECK(labels(*data, "train").size() == 8144);
  CHECK(per_class(*data, "train") == train_per_class);
  CHECK(labels(*data, "test") == std::vector<std::int64_t>{195});
  CHECK(labels(*data, "train")[0] == 13);
  CHECK_FALSE(noted(*data, "train: 8144 pictures (the original"));
}

}  // namespace

TEST_CASE("stanford_cars: names and makes are the published ones [golden]") {
  const auto facts = golden("compcars_s")["ood_stanford_cars"];
  const auto taxonomy = stanford_cars::taxonomy();
  validate(taxonomy, "stanford_cars");
  CHECK(taxonomy.fine.size() == 196);
  CHECK(nlohmann::json(taxonomy.coarse) == facts["makes"]);
  CHECK(taxonomy.fine[173] == "Ram C/V Cargo Van Minivan 2012");
  for (std::size_t i = 0; i < taxonomy.fine.size(); ++i)
    CHECK(taxonomy.fine[i].starts_with(
        taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[i])] + ' '));
  std::set<std::int64_t> used(taxonomy.parent.begin(), taxonomy.parent.end());
  CHECK(used.size() == 49);
}

TEST_CASE("stanford_cars: MATLAB files as its own are read") {
  constexpr std::size_t kTrain = 8144, kClasses = 196;
  const TempFolder folder;
  fs::create_directories(folder.path("stanford_cars"));
  miniature::MatWriter(folder.path("stanford_cars/cars_meta.mat"))
      .cells("class_names", stanford_cars::taxonomy().fine);
  miniature::MatColumn names{"fname"}, classes{"class"};
  for (std::size_t i = 0; i < kTrain; ++i) {
    names.texts.push_back(fmt::format("{:05}.jpg", i + 1));
    classes.numbers.push_back(static_cast<double>((i + 13) % kClasses + 1));
  }
  miniature::MatWriter(folder.path("stanford_cars/cars_train_annos.mat"))
      .structs("annotations", {classes, names});
  miniature::MatWriter(folder.path("stanford_cars/cars_test_annos.mat"))
      .structs("annotations", {{"fname", {"00001.jpg"}, {}}});
  check_annotations(folder.root(), {kTrain / kClasses, kTrain / kClasses + 1});
}

TEST_CASE("stanford_cars: its own MATLAB files are read [golden]", "[real]") {
  check_annotations(real_file("stanford_cars/cars_meta.mat").parent_path().parent_path(), {24, 68});
}

TEST_CASE("stanford_cars: folders for training and testing") {
  const Miniature mini("stanford_cars", Miniature::small(2, 1));
  const auto data = open("stanford_cars", mini.roots());
  CHECK(per_class(*data, "train") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(per_class(*data, "test") == std::pair<std::int64_t, std::int64_t>{1, 1});
  CHECK(data->templates().size() == 8);
  CHECK(data->templates().front() == "a photo of a {}.");
  CHECK(data->file("test", 173) == mini.path("stanford_cars/cars_test/00174.jpg"));
  CHECK(labels(*data, "test")[173] == 173);

  SECTION("the devkit beside the pictures, or pictures one folder deeper") {
    for (const auto& file : fs::directory_iterator(mini.path("stanford_cars/devkit")))
      fs::rename(file.path(), mini.path("stanford_cars") / file.path().filename());
    fs::rename(mini.path("stanford_cars/cars_test"), mini.path("cars_test"));
    fs::create_directory(mini.path("stanford_cars/cars_test"));
    fs::rename(mini.path("cars_test"), mini.path("stanford_cars/cars_test/cars_test"));
    CHECK(open("stanford_cars", mini.roots())->manifest() == data->manifest());
  }
  SECTION("zero-shot suites need no training pictures") {
    const Broken broken(mini, "stanford_cars/cars_train");
    const auto rest = open("stanford_cars", mini.roots());
    CHECK(rest->splits() == std::vector<std::string>{"test"});
    CHECK(noted(*rest, "train: left out, there is no stanford_cars/cars_train"));
  }
}

TEST_CASE("stanford_cars: all pictures in one folder") {
  const Miniature mini("stanford_cars_flat", Miniature::small(2, 1));
  const auto data = open("stanford_cars", mini.roots());
  CHECK(per_class(*data, "train") == std::pair<std::int64_t, std::int64_t>{2, 2});
  CHECK(per_class(*data, "test") == std::pair<std::int64_t, std::int64_t>{1, 1});
  CHECK(data->file("train", 0) == mini.path("stanford_cars/car_ims/000001.jpg"));
  CHECK(data->file("test", 0) == mini.path("stanford_cars/car_ims/000393.jpg"));
  const Broken broken(mini, "stanford_cars/cars_annos.mat");
  CHECK_THAT(refusal("stanford_cars", mini),
             StartsWith("stanford_cars: stanford_cars/devkit/cars_annos.mat, the labels of "
                        "car_ims: not found in "));
}

TEST_CASE("stanford_cars: broken copies") {
  const Miniature mini("stanford_cars");
  const fs::path labels_file = "stanford_cars/cars_test_annos_withlabels.mat";
  const auto where = mini.path(labels_file).string();
  {
    const Broken broken(mini, labels_file);
    CHECK_THAT(refusal("stanford_cars", mini), ContainsSubstring("cars_test_annos_withlabels.mat"));
  }
  {
    const Broken broken(mini, labels_file, "<!DOCTYPE html><html></html>");
    CHECK(refusal("stanford_cars", mini) ==
          where +
              ": is an HTML page, not a MATLAB file (the download was answered with a web page)");
  }
  {
    const Broken broken(mini, labels_file, mini.read(labels_file).substr(0, 1000));
    CHECK_THAT(refusal("stanford_cars", mini), StartsWith(where + ": "));
  }
  const auto refused = [&](double label, const std::string& name) {
    const Broken broken(mini, labels_file, "");
    miniature::MatWriter(mini.path(labels_file))
        .structs("annotations", {{"fname", {name}, {}}, {"class", {}, {label}}});
    return refusal("stanford_cars", mini);
  };
  CHECK(refused(0, "00001.jpg") == where + ": annotations(1).class: 0 is out of range (1 to 196)");
  CHECK(refused(197, "00001.jpg") ==
        where + ": annotations(1).class: 197 is out of range (1 to 196)");
  CHECK(refused(1.5, "00001.jpg") == where + ": annotations(1).class: is no whole number");
  CHECK(refused(1, "99999.jpg") == "stanford_cars: 1 of 197 pictures are missing: " +
                                       mini.path("stanford_cars/cars_test/99999.jpg").string());
  CHECK(refused(1, "00001.jpg").empty());
  {
    auto names = stanford_cars::taxonomy().fine;
    names[173] = "Ram CV Cargo Van Minivan 2012";
    const fs::path meta = "stanford_cars/devkit/cars_meta.mat";
    const Broken broken(mini, meta, "");
    miniature::MatWriter(mini.path(meta)).cells("class_names", names);
    CHECK(refusal("stanford_cars", mini) ==
          mini.path(meta).string() +
              ": class_names: 174: 'Ram CV Cargo Van Minivan 2012' (expected 'Ram C/V Cargo Van "
              "Minivan 2012')");
  }
  {
    const Broken test(mini, "stanford_cars/cars_test"), labels(mini, labels_file);
    const auto at = [&](const char* file) {
      return mini.path(fs::path("stanford_cars") / file).string();
    };
    CHECK_THAT(
        refusal("stanford_cars", mini),
        StartsWith("stanford_cars: the test pictures are missing: found " + at("cars_train") +
                   ", " + at("devkit/cars_meta.mat") + ", " + at("devkit/cars_train_annos.mat") +
                   ", but neither cars_test nor car_ims beside them (get Stanford Cars"));
    const Broken train(mini, "stanford_cars/cars_train");
    CHECK_THAT(refusal("stanford_cars", mini),
               StartsWith("stanford_cars: the test pictures are missing: found " +
                          at("devkit/cars_meta.mat")));
  }
  const Broken broken(mini, "stanford_cars");
  CHECK_THAT(refusal("stanford_cars", mini),
             StartsWith("stanford_cars: stanford_cars/cars_test or stanford_cars/car_ims: not "
                        "found in "));
}
