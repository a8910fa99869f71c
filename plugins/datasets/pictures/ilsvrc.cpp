#include "pictures/ilsvrc.hpp"

#include <algorithm>

#include "lacuna/error.hpp"
#include "pictures/mat_file.hpp"

namespace lacuna::pictures {
namespace {

namespace fs = std::filesystem;
using Wnids = std::map<std::string, std::string>;

constexpr const char* kPlaces[] = {"imagenet", "ILSVRC/Data/CLS-LOC",
                                   "imagenet/ILSVRC/Data/CLS-LOC", "ILSVRC2012"};

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

bool is_wnid(const std::string& text) {
  return text.size() == 9 && text[0] == 'n' &&
         std::all_of(text.begin() + 1, text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "ILSVRC2012_val_00000001" for 1.
std::string picture_name(std::size_t number) {
  const auto digits = std::to_string(number);
  return "ILSVRC2012_val_" + std::string(8 - std::min<std::size_t>(8, digits.size()), '0') + digits;
}

[[noreturn]] void damaged(const fs::path& file, std::size_t line, const std::string& text,
                          const char* expected) {
  throw ConfigError(file.string() + ": line " + std::to_string(line) + ": '" + text +
                    "' (expected " + expected + ")");
}

Wnids from_synset_labels(const fs::path& file) {
  Wnids wnids;
  std::size_t number = 0;
  for (const auto& line : read_lines(file)) {
    ++number;
    if (!is_wnid(line)) damaged(file, number, line, "a wnid such as n02085620");
    wnids[picture_name(number)] = line;
  }
  return wnids;
}

// "ILSVRC2012_val_00048981,n03995372 85 1 499 272" below a heading line.
Wnids from_solution(const fs::path& file) {
  Wnids wnids;
  std::size_t number = 0;
  for (const auto& line : read_lines(file)) {
    if (++number == 1) continue;
    const auto comma = line.find(',');
    const auto wnid = comma == line.npos ? "" : line.substr(comma + 1, 9);
    if (!is_wnid(wnid)) damaged(file, number, line, "<picture>,<wnid> …");
    wnids[line.substr(0, comma)] = wnid;
  }
  return wnids;
}

Wnids from_devkit(const fs::path& file) {
  const auto meta = file.parent_path() / "meta.mat";
  const auto synsets = MatFile(meta).variable("synsets");
  std::map<std::string, std::string> wnid_of;
  for (std::size_t i = 0; i < synsets.size(); ++i)
    wnid_of[std::to_string(synsets.integer(i, "ILSVRC2012_ID"))] = synsets.text(i, "WNID");
  Wnids wnids;
  std::size_t number = 0;
  for (const auto& line : read_lines(file)) {
    ++number;
    const auto found = wnid_of.find(line);
    if (found == wnid_of.end()) damaged(file, number, line, "an ILSVRC2012_ID of meta.mat");
    wnids[picture_name(number)] = found->second;
  }
  return wnids;
}

}  // namespace

Ilsvrc find_ilsvrc(const DataRoots& roots) {
  Ilsvrc out;
  for (const auto& root : roots.folders) {
    for (const auto* place : kPlaces) {
      const auto folder = fs::absolute(root / place).lexically_normal();
      if (is_folder(folder / "train")) out.train = folder / "train";
      if (is_folder(folder / "val")) out.val = folder / "val";
      if (out.train.empty() && out.val.empty()) continue;
      if (!out.val.empty()) out.flat_val = !list_folder(out.val).pictures.empty();
      return out;
    }
  }
  return out;
}

std::vector<PictureFile> train_pictures(const Ilsvrc& ilsvrc, const std::string& wnid,
                                        std::int64_t label) {
  std::vector<PictureFile> files;
  if (ilsvrc.train.empty()) return files;
  for (const auto& name : list_folder(ilsvrc.train / wnid).pictures)
    files.push_back({ilsvrc.train / wnid / name, "train/" + wnid + '/' + name, label});
  return files;
}

Wnids validation_wnids(const DataRoots& roots, const Ilsvrc& ilsvrc, fs::path& from) {
  const auto beside = ilsvrc.val.parent_path();
  std::vector<fs::path> places{beside, beside.parent_path(), ilsvrc.val};
  for (const auto& root : roots.folders) {
    places.push_back(root / "imagenet");
    places.push_back(root);
  }
  // Kaggle keeps it above ILSVRC/Data/CLS-LOC.
  if (beside.filename() == "CLS-LOC")
    places.push_back(beside.parent_path().parent_path().parent_path());
  constexpr const char* devkit = "ILSVRC2012_validation_ground_truth.txt";
  const std::pair<const char*, Wnids (*)(const fs::path&)> kinds[] = {
      {"imagenet_2012_validation_synset_labels.txt", from_synset_labels},
      {"LOC_val_solution.csv", from_solution},
      {devkit, from_devkit},
      {"ILSVRC2012_devkit_t12/data/ILSVRC2012_validation_ground_truth.txt", from_devkit}};
  for (const auto& place : places) {
    for (const auto& [name, read] : kinds) {
      std::error_code ignored;
      if (!fs::is_regular_file(place / name, ignored)) continue;
      from = place / name;
      return read(from);
    }
  }
  return {};
}

std::map<std::string, std::vector<std::string>> validation_pictures(const Ilsvrc& ilsvrc,
                                                                    const Wnids& wnids,
                                                                    std::int64_t& unknown) {
  std::map<std::string, std::vector<std::string>> by_class;
  unknown = 0;
  if (ilsvrc.val.empty()) return by_class;
  const auto top = list_folder(ilsvrc.val);
  if (!ilsvrc.flat_val) {
    for (const auto& wnid : top.folders)
      if (is_wnid(wnid)) by_class[wnid] = list_folder(ilsvrc.val / wnid).pictures;
    return by_class;
  }
  for (const auto& name : top.pictures) {
    const auto found = wnids.find(fs::path(name).stem().string());
    if (found == wnids.end()) {
      ++unknown;
    } else {
      by_class[found->second].push_back(name);
    }
  }
  return by_class;
}

PictureFile validation_picture(const Ilsvrc& ilsvrc, const std::string& wnid,
                               const std::string& file, std::int64_t label) {
  const auto folder = ilsvrc.flat_val ? ilsvrc.val : ilsvrc.val / wnid;
  return {folder / file, "val/" + wnid + '/' + file, label};
}

}  // namespace lacuna::pictures
