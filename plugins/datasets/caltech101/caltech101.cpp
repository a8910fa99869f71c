// Caltech-101 (Fei-Fei et al., 2004): 8,677 pictures of 101 kinds of things.
#include <string>
#include <utility>

#include "classes.hpp"
#include "lacuna/lacuna.hpp"
#include "pictures/file_dataset.hpp"
#include "pictures/folders.hpp"
#include "pictures/listing.hpp"
#include "pictures/templates.hpp"

namespace {

using namespace lacuna;
namespace fs = std::filesystem;

const pictures::Source kSource{
    "caltech101", "caltech-101.zip from data.caltech.edu/records/mzrjq-6wc02 and unpack it"};
constexpr const char* kObjects = "101_ObjectCategories";
constexpr const char* kBackground = "BACKGROUND_Google";

// Folders beside the 101: the background, which has no class in CLIP's evaluation, and strangers.
void pass_over(const fs::path& folder, const std::vector<std::string>& folders,
               std::vector<std::string>& strangers, pictures::Ignored& ignored,
               std::vector<std::string>& notes) {
  for (const auto& name : folders) {
    const auto known = [&](const caltech::Class& one) { return name == one.folder; };
    if (std::any_of(caltech::kClasses.begin(), caltech::kClasses.end(), known)) continue;
    if (name != kBackground) {
      strangers.push_back(name);
      continue;
    }
    const auto found = pictures::contents_of(folder / name);
    ignored.add(name, found.others);  // the archive's "tmp" is one of them: a JPEG without a suffix
    notes.push_back("ignored: " + std::to_string(found.pictures.size()) + " pictures in " +
                    kBackground + ", which is no class");
  }
}

pictures::FileListing list(const std::string& templates, const DataRoots& roots) {
  const auto folder =
      pictures::find_folder(roots, kSource, {"caltech101", "caltech-101", "Caltech101", ""},
                            {kObjects}) /
      kObjects;
  pictures::FileListing listing{
      .id = "caltech101", .taxonomy = {}, .templates = {"a photo of a {}."}, .splits = {}};
  if (templates == "clip") listing.templates = pictures::caltech_templates();
  const auto top = pictures::contents_of(folder);
  std::vector<std::string> strangers;
  pictures::Ignored ignored;
  pass_over(folder, top.folders, strangers, ignored, listing.notes);
  ignored.add("", top.others);
  ignored.add("", top.pictures);
  auto& files = listing.splits["test"];
  for (std::size_t label = 0; label < caltech::kClasses.size(); ++label) {
    const std::string name = caltech::kClasses[label].folder;
    listing.taxonomy.fine.push_back(caltech::kClasses[label].name);
    const bool there = std::binary_search(top.folders.begin(), top.folders.end(), name);
    const auto found = there ? pictures::contents_of(folder / name) : pictures::Contents{};
    ignored.add(name, found.others);
    for (const auto& picture : found.pictures)
      files.push_back(
          {folder / name / picture, name + '/' + picture, static_cast<std::int64_t>(label)});
  }
  if (!strangers.empty())
    listing.notes.push_back("ignored: folders that are no class (" + pictures::some_of(strangers) +
                            ")");
  pictures::note_counts(listing, "test", 8677);
  ignored.note(listing.notes);
  return listing;
}

class Caltech101 final : public pictures::FileDataset {
 public:
  struct Params {
    std::string templates = "paper";
    void visit(auto&& field) {
      field("templates", templates,
            Field{.help = "paper: the one that the paper's evaluation uses; clip: OpenAI's 34",
                  .choices = {"paper", "clip"}});
    }
  };
  Caltech101(const Params& params, const DataRoots& roots)
      : FileDataset(list(params.templates, roots)) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Caltech101>({
    .id = "caltech101",
    .version = "1.0.0",
    .summary = "Caltech-101: 8677 pictures of 101 kinds of things, all in split test",
    .citation = "L. Fei-Fei, R. Fergus, P. Perona, Learning Generative Visual Models from Few "
                "Training Examples, CVPR Workshop 2004",
}))
