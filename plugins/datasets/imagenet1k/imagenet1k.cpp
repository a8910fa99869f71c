// ImageNet-1k (Russakovsky et al., 2015): the 1000 classes of ILSVRC 2012.
#include <filesystem>
#include <set>
#include <string>
#include <utility>

#include "lacuna/lacuna.hpp"
#include "pictures/file_dataset.hpp"
#include "pictures/folders.hpp"
#include "pictures/ilsvrc.hpp"
#include "pictures/listing.hpp"
#include "pictures/templates.hpp"
#include "synsets.hpp"

namespace {

using namespace lacuna;
namespace fs = std::filesystem;

const pictures::Source kSource{"imagenet1k",
                               "ILSVRC 2012 from image-net.org or from Kaggle, for which you must "
                               "ask there"};

// OpenAI's list has "missile" and "sunglasses" twice, but names of a taxonomy are unique. The
// second one gets a space at its end: the tokenizer drops it, so both classes have one embedding
// and the first wins, as with the published list.
std::vector<std::string> class_names(std::vector<std::string>& notes) {
  std::vector<std::string> names;
  std::set<std::string> seen;
  std::vector<std::string> twice;
  for (const auto& synset : imagenet::kSynsets) {
    std::string name = synset.name;
    if (!seen.insert(name).second) {
      twice.push_back(name);
      name += ' ';
    }
    names.push_back(std::move(name));
  }
  notes.push_back("names that OpenAI's list has twice; the second ends in a space: " +
                  pictures::some_of(twice));
  return names;
}

void add_validation(pictures::FileListing& listing, const pictures::Ilsvrc& ilsvrc,
                    const DataRoots& roots) {
  std::map<std::string, std::string> wnids;
  fs::path from;
  if (ilsvrc.flat_val) {
    wnids = pictures::validation_wnids(roots, ilsvrc, from);
    if (wnids.empty())
      throw ConfigError(
          "imagenet1k: " + ilsvrc.val.string() +
          ": holds pictures without class folders, and no list says their classes (put "
          "LOC_val_solution.csv, imagenet_2012_validation_synset_labels.txt or the devkit's data "
          "folder beside it)");
  }
  listing.notes.push_back(ilsvrc.flat_val ? "val: without class folders, classes from " +
                                                from.filename().string()
                                          : "val: in class folders");
  std::int64_t unknown = 0;
  const auto by_class = pictures::validation_pictures(ilsvrc, wnids, unknown);
  if (unknown > 0)
    listing.notes.push_back("ignored: " + std::to_string(unknown) + " pictures in val that " +
                            from.filename().string() + " does not name");
  auto& files = listing.splits["test"];
  for (std::size_t label = 0; label < imagenet::kSynsets.size(); ++label) {
    const std::string wnid = imagenet::kSynsets[label].wnid;
    const auto found = by_class.find(wnid);
    if (found == by_class.end()) continue;
    for (const auto& name : found->second)
      files.push_back(
          pictures::validation_picture(ilsvrc, wnid, name, static_cast<std::int64_t>(label)));
  }
}

pictures::FileListing list(const std::string& splits, const DataRoots& roots) {
  const auto ilsvrc = pictures::find_ilsvrc(roots);
  if (ilsvrc.val.empty()) pictures::not_there(kSource, "imagenet/val", roots);
  pictures::FileListing listing{.id = "imagenet1k",
                                .taxonomy = {},
                                .templates = pictures::imagenet_templates(),
                                .splits = {}};
  listing.taxonomy.fine = class_names(listing.notes);
  add_validation(listing, ilsvrc, roots);
  if (splits == "all") {
    if (ilsvrc.train.empty()) pictures::not_there(kSource, "imagenet/train", roots);
    auto& files = listing.splits["train"];
    for (std::size_t label = 0; label < imagenet::kSynsets.size(); ++label) {
      auto found = pictures::train_pictures(ilsvrc, imagenet::kSynsets[label].wnid,
                                            static_cast<std::int64_t>(label));
      files.insert(files.end(), std::make_move_iterator(found.begin()),
                   std::make_move_iterator(found.end()));
    }
    pictures::note_counts(listing, "train", 1281167);
  }
  pictures::note_counts(listing, "test", 50000);
  return listing;
}

class ImageNet final : public pictures::FileDataset {
 public:
  struct Params {
    std::string splits = "test";
    void visit(auto&& field) {
      field("splits", splits,
            Field{.help = "test: the validation pictures only; all: the 1.28 million of the "
                          "training set as split train too",
                  .choices = {"test", "all"}});
    }
  };
  ImageNet(const Params& params, const DataRoots& roots)
      : FileDataset(list(params.splits, roots)) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<ImageNet>({
    .id = "imagenet1k",
    .version = "1.0.0",
    .summary = "ImageNet-1k: the 1000 classes of ILSVRC 2012; split test is its validation set",
    .citation = "O. Russakovsky et al., ImageNet Large Scale Visual Recognition Challenge, IJCV "
                "115(3), 2015",
}))
