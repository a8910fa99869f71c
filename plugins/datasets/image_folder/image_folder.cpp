// Anybody's own pictures: a folder a class, with or without a folder a split above it.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "description.hpp"
#include "lacuna/lacuna.hpp"
#include "layout.hpp"
#include "pictures/file_dataset.hpp"
#include "pictures/folders.hpp"

namespace {

using namespace lacuna;
namespace fs = std::filesystem;
using folder::ClassEntry;
using folder::Description;
using folder::Layout;

struct Params {
  std::string root;
  double split_fraction = 0.2;
  std::int64_t split_seed = 0;
  void visit(auto&& field) {
    field("root", root,
          Field{.help = "the folder with the pictures: absolute, or relative to a data folder"});
    field("split_fraction", split_fraction,
          Field{.help = "share of every class that becomes the split test, where the folders and "
                        "taxonomy.json say nothing of splits",
                .min = 0,
                .max = 1});
    field("split_seed", split_seed, Field{.help = "which pictures these are", .min = 0});
  }
};

fs::path find_root(const std::string& root, const DataRoots& roots) {
  if (root.empty())
    throw ConfigError(
        "image_folder: root: is empty (expected the folder with the pictures, absolute or relative "
        "to a data folder)");
  if (fs::path(root).is_relative()) return fs::absolute(roots.find(root)).lexically_normal();
  if (!fs::is_directory(root)) throw ConfigError("image_folder: " + root + ": is no folder");
  return fs::path(root).lexically_normal();
}

// The description's classes in its order, then the folders that it leaves out.
std::vector<ClassEntry> merge_classes(const Description& description, const Layout& layout) {
  auto classes = description.classes;
  std::set<std::string> described;
  for (const auto& entry : classes) {
    described.insert(entry.folder);
    if (!std::binary_search(layout.classes.begin(), layout.classes.end(), entry.folder))
      throw ConfigError(description.file.string() + ": classes." + entry.folder +
                        ": there is no such folder with pictures" +
                        did_you_mean(entry.folder, layout.classes));
  }
  for (const auto& name : layout.classes)
    if (!described.contains(name)) classes.push_back({name, "", ""});
  std::map<std::string, std::string> folder_of;
  for (auto& [class_folder, name, coarse] : classes) {
    if (name.empty()) {
      name = class_folder;
      std::replace(name.begin(), name.end(), '_', ' ');
      folder::check_name(name, "image_folder: class folder '" + class_folder + "'");
    }
    const auto [other, is_new] = folder_of.emplace(name, class_folder);
    if (is_new) continue;
    if (!described.contains(class_folder) && !described.contains(other->second))
      throw ConfigError(description.file.parent_path().string() + ": '" + other->second +
                        "' and '" + class_folder + "' would have one name, '" + name +
                        "' (name one of them in taxonomy.json)");
    throw ConfigError(description.file.string() + ": classes." + class_folder + ".name: '" + name +
                      "' is the name of '" + other->second + "' too");
  }
  return classes;
}

Taxonomy make_taxonomy(const Description& description, const std::vector<ClassEntry>& classes) {
  const auto place = description.file.string() + ": ";
  Taxonomy taxonomy{.fine = {}, .coarse = description.coarse, .parent = {}};
  const bool flat = std::all_of(classes.begin(), classes.end(),
                                [](const auto& entry) { return entry.coarse.empty(); });
  if (flat && !taxonomy.coarse.empty())
    throw ConfigError(place + "coarse: no class has a coarse name");
  std::set<std::string> used;
  for (const auto& [class_folder, name, coarse] : classes) {
    taxonomy.fine.push_back(name);
    if (flat) continue;
    if (coarse.empty())
      throw ConfigError(place + "classes." + class_folder +
                        ".coarse: is missing (either every class has one, or none)");
    auto found = std::find(taxonomy.coarse.begin(), taxonomy.coarse.end(), coarse);
    if (found == taxonomy.coarse.end() && !description.coarse.empty())
      throw ConfigError(place + "classes." + class_folder + ".coarse: '" + coarse +
                        "' is not in coarse" + did_you_mean(coarse, description.coarse));
    if (found == taxonomy.coarse.end())
      found = taxonomy.coarse.insert(taxonomy.coarse.end(), coarse);
    taxonomy.parent.push_back(found - taxonomy.coarse.begin());
    used.insert(coarse);
  }
  for (std::size_t i = 0; i < taxonomy.coarse.size(); ++i)
    if (!used.contains(taxonomy.coarse[i]))
      throw ConfigError(place + "coarse[" + std::to_string(i) + "]: no class is under '" +
                        taxonomy.coarse[i] + "'");
  return taxonomy;
}

// Coarse names stand for their fine ones.
std::map<std::string, std::vector<std::string>> make_forget_splits(const Description& description,
                                                                   const Taxonomy& taxonomy) {
  std::map<std::string, std::vector<std::string>> out;
  for (const auto& [split, names] : description.forget_splits) {
    try {
      for (const auto label : fine_labels(taxonomy, names))
        out[split].push_back(taxonomy.fine[static_cast<std::size_t>(label)]);
    } catch (const ConfigError& error) {
      throw ConfigError(description.file.string() + ": forget_splits." + split + ": " +
                        error.what());
    }
  }
  return out;
}

void note_absent(pictures::FileListing& listing) {
  for (const auto& [split, files] : listing.splits) {
    std::vector<bool> seen(listing.taxonomy.fine.size(), false);
    for (const auto& file : files) seen[static_cast<std::size_t>(file.label)] = true;
    std::vector<std::string> absent;
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (!seen[i]) absent.push_back(listing.taxonomy.fine[i]);
    if (!absent.empty())
      listing.notes.push_back(split + ": no picture of " + std::to_string(absent.size()) + " of " +
                              std::to_string(seen.size()) +
                              " classes: " + pictures::some_of(absent));
  }
}

pictures::FileListing list(const Params& params, const DataRoots& roots) {
  const auto root = find_root(params.root, roots);
  const auto description = folder::read_description(root / "taxonomy.json");
  auto layout =
      folder::find_pictures(root, description, {params.split_fraction, params.split_seed});
  const auto classes = merge_classes(description, layout);
  pictures::FileListing listing{.id = "image_folder",
                                .taxonomy = make_taxonomy(description, classes),
                                .templates = description.templates,
                                .splits = {}};
  listing.forget_splits = make_forget_splits(description, listing.taxonomy);
  listing.notes = std::move(layout.notes);

  std::map<std::string, std::int64_t> labels;
  for (const auto& entry : classes)
    labels.emplace(entry.folder, static_cast<std::int64_t>(labels.size()));
  for (const auto& [split, found] : layout.splits) {
    auto& files = listing.splits[split];
    for (const auto& [class_folder, path] : found)
      files.push_back({root / path, path, labels.at(class_folder)});
  }
  note_absent(listing);
  return listing;
}

class ImageFolder final : public pictures::FileDataset {
 public:
  using Params = ::Params;
  ImageFolder(const Params& params, const DataRoots& roots) : FileDataset(list(params, roots)) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<ImageFolder>({
    .id = "image_folder",
    .version = "1.0.0",
    .summary = "your own pictures: a folder a class, and a taxonomy.json for the rest",
    .offers = {lacuna::Ability::coarse_names},
}))
