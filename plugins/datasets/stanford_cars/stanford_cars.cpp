// Stanford Cars: 196 models of 49 makes, from MATLAB annotations in either of its two layouts.
#include "lacuna/lacuna.hpp"
#include "pictures/listing.hpp"
#include "pictures/mat_file.hpp"
#include "pictures/templates.hpp"
#include "stanford_cars/classes.hpp"

namespace {

using namespace lacuna;
using namespace lacuna::pictures;
namespace fs = std::filesystem;

constexpr std::int64_t kTrain = 8144, kTest = 8041;
constexpr const char* kTops[] = {"stanford_cars", "stanford-cars", "StanfordCars"};

const Source kSource{"stanford_cars",
                     "Stanford Cars: car_ims.tgz with cars_annos.mat, or cars_test.tgz with "
                     "car_devkit.tgz and cars_test_annos_withlabels.mat; its home "
                     "https://ai.stanford.edu/~jkrause/cars/car_dataset.html serves it no more, so "
                     "from a mirror"};

class Lister {
 public:
  explicit Lister(const DataRoots& roots) : roots_(roots) {
    out_.id = kSource.id;
    out_.taxonomy = stanford_cars::taxonomy();
    out_.templates = car_templates();
    const auto flat = find("car_ims"), train = find("cars_train"), test = find("cars_test");
    if (test) {
      check_names("cars_meta.mat");
      split_layout("train", train, "cars_train_annos.mat");
      split_layout("test", test, "cars_test_annos_withlabels.mat");
    } else if (flat) {
      flat_layout(*flat);
    } else if (train || find("cars_meta.mat") || find("cars_train_annos.mat")) {
      only_a_part(train);
    } else {
      not_there(kSource, "stanford_cars/cars_test or stanford_cars/car_ims", roots);
    }
    if (out_.splits.contains("train")) note_counts(out_, "train", kTrain);
    note_counts(out_, "test", kTest);
  }

  FileListing take() { return std::move(out_); }

 private:
  // In the data set's folder, under any of its names, or in its devkit folder.
  std::optional<fs::path> find(const std::string& name) const {
    std::vector<std::string> places;
    for (const std::string top : kTops) {
      places.push_back(top + '/' + name);
      places.push_back(top + "/devkit/" + name);
    }
    return find_path(roots_, places);
  }

  // What is evaluated are the test pictures.
  [[noreturn]] void only_a_part(const std::optional<fs::path>& train) const {
    std::string found;
    if (train) found = train->string();
    for (const char* file : {"cars_meta.mat", "cars_train_annos.mat"})
      if (const auto path = find(file)) found += (found.empty() ? "" : ", ") + path->string();
    throw ConfigError(kSource.id + ": the test pictures are missing: found " + found +
                      ", but neither cars_test nor car_ims beside them (get " + kSource.get + ')');
  }

  fs::path require(const std::string& name, const std::string& why) const {
    if (const auto found = find(name)) return *found;
    not_there(kSource, "stanford_cars/devkit/" + name + why, roots_);
  }

  void check_names(const std::string& file) const {
    if (const auto found = find(file)) check_names(*found, MatFile(*found).variable("class_names"));
  }

  void check_names(const fs::path& file, const MatVariable& variable) const {
    const auto names = variable.texts();
    const auto& ours = out_.taxonomy.fine;
    for (std::size_t i = 0; i < std::max(names.size(), ours.size()); ++i) {
      const auto name = i < names.size() ? names[i] : "", our = i < ours.size() ? ours[i] : "";
      if (name != our)
        throw ConfigError(file.string() + ": class_names: " + std::to_string(i + 1) + ": '" + name +
                          "' (expected '" + our + "')");
    }
  }

  std::int64_t label_of(const MatVariable& rows, std::size_t i, const fs::path& file) const {
    const auto id = rows.integer(i, "class");
    const auto classes = static_cast<std::int64_t>(out_.taxonomy.fine.size());
    if (id < 1 || id > classes)
      throw ConfigError(file.string() + ": annotations(" + std::to_string(i + 1) +
                        ").class: " + std::to_string(id) + " is out of range (1 to " +
                        std::to_string(classes) + ")");
    return id - 1;
  }

  // cars_train/00001.jpg and cars_test/00001.jpg, each with annotations of its own.
  void split_layout(const std::string& split, const std::optional<fs::path>& found,
                    const std::string& annotations) {
    if (!found) {
      out_.notes.push_back(split + ": left out, there is no stanford_cars/cars_" + split);
      return;
    }
    auto folder = *found;
    if (fs::is_directory(folder / folder.filename())) folder /= folder.filename();  // Kaggle's
    const auto file = require(
        annotations, split == "test" ? ", which has the test pictures' labels (cars_test_annos.mat "
                                       "has none)"
                                     : "");
    const auto rows = MatFile(file).variable("annotations");
    if (!rows.has("class"))
      throw ConfigError(file.string() +
                        ": annotations: has no field 'class' (the labelled file is "
                        "cars_test_annos_withlabels.mat)");
    auto& files = out_.splits[split];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto name = fs::path(rows.text(i, "fname")).filename().string();
      files.push_back({folder / name, "cars_" + split + '/' + name, label_of(rows, i, file)});
    }
    out_.notes.push_back(split + ": " + folder.string() + " by " + file.string());
  }

  // car_ims/000001.jpg, one list for all.
  void flat_layout(const fs::path& folder) {
    const auto file = require("cars_annos.mat", ", the labels of car_ims");
    const MatFile mat(file);
    check_names(file, mat.variable("class_names"));
    const auto rows = mat.variable("annotations");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const auto name = fs::path(rows.text(i, "relative_im_path")).filename().string();
      const auto split = rows.integer(i, "test") == 0 ? "train" : "test";
      out_.splits[split].push_back({folder / name, "car_ims/" + name, label_of(rows, i, file)});
    }
    out_.notes.push_back("train and test: " + folder.string() + " by " + file.string());
  }

  const DataRoots& roots_;
  FileListing out_;
};

class StanfordCars final : public FileDataset {
 public:
  using Params = NoParams;
  StanfordCars(const Params&, const DataRoots& roots) : FileDataset(Lister(roots).take()) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<StanfordCars>({
    .id = "stanford_cars",
    .version = "1.0.0",
    .summary = "Stanford Cars: 196 models of 49 makes",
    .citation = "J. Krause et al., 3D Object Representations for Fine-Grained Categorization, 3dRR "
                "2013",
    .offers = {lacuna::Ability::coarse_names},
}))
