// ImageNet's ILSVRC 2012 pictures on disk, in the layouts that people keep them in.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "pictures/file_dataset.hpp"
#include "pictures/listing.hpp"

namespace lacuna::pictures {

// Where they are. Train folders are <train>/<wnid>/…JPEG; validation pictures lie in
// <val>/<wnid>/ or all in <val>.
struct Ilsvrc {
  std::filesystem::path train, val;  // empty if not there
  bool flat_val = false;
};

// In every root: imagenet/{train,val}, ILSVRC/Data/CLS-LOC/{train,val} (as on Kaggle; also below
// imagenet/), ILSVRC2012/{train,val}. The first place that has either of the two folders.
Ilsvrc find_ilsvrc(const DataRoots& roots);

// The pictures of one class, in byte order of their names. PictureFile::name is
// "train/<wnid>/<file>" or "val/<wnid>/<file>", whichever the layout; label is `label`.
std::vector<PictureFile> train_pictures(const Ilsvrc& ilsvrc, const std::string& wnid,
                                        std::int64_t label);

// Which class each flat validation picture belongs to, from whichever of these lies under a root or
// beside the folders: imagenet_2012_validation_synset_labels.txt (a wnid a line),
// LOC_val_solution.csv (Kaggle), ILSVRC2012_validation_ground_truth.txt with meta.mat (the
// devkit's data folder). File name without suffix → wnid; `from` is set to the file used. Empty if
// there is none. Throws ConfigError naming file and line: damaged.
std::map<std::string, std::string> validation_wnids(const DataRoots& roots, const Ilsvrc& ilsvrc,
                                                    std::filesystem::path& from);

// All validation pictures, by wnid, in byte order of their names: from the class folders, or flat
// ones by `wnids`. Flat pictures that `wnids` does not know are left out and counted in `unknown`.
std::map<std::string, std::vector<std::string>> validation_pictures(
    const Ilsvrc& ilsvrc, const std::map<std::string, std::string>& wnids, std::int64_t& unknown);

// A validation picture as a PictureFile, wherever it lies.
PictureFile validation_picture(const Ilsvrc& ilsvrc, const std::string& wnid,
                               const std::string& file, std::int64_t label);

}  // namespace lacuna::pictures
