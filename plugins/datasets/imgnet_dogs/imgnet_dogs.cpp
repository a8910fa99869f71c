// ImgnetDogs: 99 dog breeds of ImageNet under 14 coarse names, from the folders of ILSVRC 2012.
#include <algorithm>
#include <numeric>

#include "imgnet_dogs/classes.hpp"
#include "lacuna/lacuna.hpp"
#include "pictures/ilsvrc.hpp"
#include "pictures/listing.hpp"
#include "pictures/templates.hpp"

namespace {

using namespace lacuna;
using namespace lacuna::pictures;
namespace fs = std::filesystem;

constexpr std::int64_t kTrainPerClass = 200, kTrain = 19800, kTest = 4950;

const Source kSource{"imgnet_dogs", "ILSVRC 2012 from https://image-net.org/download-images"};

// From the list's absolute path, the folder and the file: the authors' storage is not ours.
struct Place {
  std::string part, wnid, file;
};

Place place_of(const std::string& path) {
  const fs::path whole(path);
  const auto folder = whole.parent_path();
  return {folder.parent_path().filename().string(), folder.filename().string(),
          whole.filename().string()};
}

class Lister {
 public:
  Lister(const DataRoots& roots, bool use_lists) : roots_(roots), wnids_(imgnet_dogs::wnids()) {
    out_.id = kSource.id;
    out_.taxonomy = imgnet_dogs::taxonomy();
    out_.templates = imagenet_templates();
    out_.forget_splits = imgnet_dogs::forget_splits();
    ilsvrc_ = find_ilsvrc(roots);
    if (ilsvrc_.train.empty())
      not_there(kSource, "imagenet/train or ILSVRC/Data/CLS-LOC/train", roots);
    if (ilsvrc_.val.empty()) not_there(kSource, "imagenet/val or ILSVRC/Data/CLS-LOC/val", roots);
    out_.notes.push_back("train: class folders in " + ilsvrc_.train.string());
    out_.notes.push_back(
        (ilsvrc_.flat_val ? "test: all pictures in one folder, " : "test: class folders in ") +
        ilsvrc_.val.string());
    check_label_files();
    for (const char* split : {"train", "test"}) {
      const auto list = use_lists
                            ? find_path(roots_, {"imgnet_dogs/" + std::string(split) + ".jsonl"})
                            : std::nullopt;
      if (list) {
        from_list(split, *list);
      } else if (std::string(split) == "train") {
        draw_train();
      } else {
        take_all_of_val();
      }
    }
    note_counts(out_, "train", kTrain);
    note_counts(out_, "test", kTest);
  }

  FileListing take() { return std::move(out_); }

 private:
  void check_label_files() {
    if (const auto file = find_path(roots_, {"imgnet_dogs/fine_label_subset.txt"}))
      check_lines(*file, out_.taxonomy.fine);
    if (const auto file = find_path(roots_, {"imgnet_dogs/coarse_label_subset.txt"}))
      check_lines(*file, out_.taxonomy.coarse);
  }

  void from_list(const std::string& split, const fs::path& list) {
    const std::string part = split == "train" ? "train" : "val";
    auto& files = out_.splits[split];
    for (const auto& row : read_list(list, out_.taxonomy)) {
      const auto place = place_of(row.path);
      const auto& wnid = wnids_[static_cast<std::size_t>(row.fine)];
      if (place.part != part || place.wnid != wnid || place.file.empty())
        throw ConfigError(list.string() + ": '" + row.path + "' (expected …/" + part + '/' + wnid +
                          "/<picture> for a picture of '" +
                          out_.taxonomy.fine[static_cast<std::size_t>(row.fine)] + "')");
      files.push_back(part == "train" ? PictureFile{ilsvrc_.train / wnid / place.file,
                                                    "train/" + wnid + '/' + place.file, row.fine}
                                      : validation_picture(ilsvrc_, wnid, place.file, row.fine));
    }
    out_.notes.push_back(split + ": the pictures named in " + list.string());
  }

  // Labels in the order of their wnids, as the published lists go.
  std::vector<std::size_t> by_wnid() const {
    std::vector<std::size_t> labels(wnids_.size());
    std::iota(labels.begin(), labels.end(), 0);
    std::sort(labels.begin(), labels.end(),
              [&](std::size_t a, std::size_t b) { return wnids_[a] < wnids_[b]; });
    return labels;
  }

  void draw_train() {
    auto& files = out_.splits["train"];
    std::int64_t others = 0;
    for (const auto label : by_wnid()) {
      const auto& wnid = wnids_[label];
      const auto folder = list_folder(ilsvrc_.train / wnid);
      others += folder.others;
      for (const auto& name : sample(folder.pictures, kTrainPerClass, "imgnet_dogs/train/" + wnid))
        files.push_back({ilsvrc_.train / wnid / name, "train/" + wnid + '/' + name,
                         static_cast<std::int64_t>(label)});
    }
    out_.notes.push_back(
        "train: at most 200 pictures a class, drawn by Lacuna's rule, since there "
        "is no imgnet_dogs/train.jsonl");
    if (others > 0)
      out_.notes.push_back("train: ignored " + std::to_string(others) +
                           " files that are no "
                           "pictures");
  }

  void take_all_of_val() {
    std::map<std::string, std::string> labels;
    fs::path from;
    if (ilsvrc_.flat_val) {
      labels = validation_wnids(roots_, ilsvrc_, from);
      if (labels.empty())
        not_there(kSource,
                  "labels of the flat pictures in " + ilsvrc_.val.string() +
                      " (imgnet_dogs/test.jsonl, LOC_val_solution.csv, "
                      "imagenet_2012_validation_synset_labels.txt, or the devkit's "
                      "ILSVRC2012_validation_ground_truth.txt with meta.mat)",
                  roots_);
      out_.notes.push_back("test: labels from " + from.string());
    }
    std::int64_t unknown = 0;
    const auto all = validation_pictures(ilsvrc_, labels, unknown);
    auto& files = out_.splits["test"];
    for (const auto label : by_wnid()) {
      const auto found = all.find(wnids_[label]);
      if (found == all.end()) continue;
      for (const auto& name : found->second)
        files.push_back(
            validation_picture(ilsvrc_, wnids_[label], name, static_cast<std::int64_t>(label)));
    }
    if (unknown > 0)
      out_.notes.push_back("test: ignored " + std::to_string(unknown) +
                           " pictures that have no label");
  }

  const DataRoots& roots_;
  std::vector<std::string> wnids_;
  Ilsvrc ilsvrc_;
  FileListing out_;
};

class ImgnetDogs final : public FileDataset {
 public:
  struct Params {
    std::string lists = "auto";
    void visit(auto&& field) {
      field(
          "lists", lists,
          Field{.help = "auto: the published lists of pictures where they are, else Lacuna's rule",
                .choices = {"auto", "rule"}});
    }
  };

  ImgnetDogs(const Params& params, const DataRoots& roots)
      : FileDataset(Lister(roots, params.lists == "auto").take()) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<ImgnetDogs>({
    .id = "imgnet_dogs",
    .version = "1.0.0",
    .summary = "ImgnetDogs: 99 dog breeds of ImageNet under 14 coarse names",
    .citation = "Y. Tan and B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing "
                "for Foundation Models, TMLR 2026; pictures: O. Russakovsky et al., ImageNet Large "
                "Scale Visual Recognition Challenge, IJCV 2015",
    .offers = {lacuna::Ability::coarse_names},
}))
