// Oxford-IIIT Pet: cats and dogs of 37 breeds, from the archives' own folders and lists.
#include <algorithm>
#include <set>
#include <sstream>

#include "lacuna/lacuna.hpp"
#include "oxford_pet/classes.hpp"
#include "pictures/listing.hpp"

namespace {

using namespace lacuna;
using namespace lacuna::pictures;
namespace fs = std::filesystem;

constexpr std::int64_t kTrain = 3680, kTest = 3669;

const Source kSource{"oxford_pet",
                     "images.tar.gz and annotations.tar.gz from "
                     "https://www.robots.ox.ac.uk/~vgg/data/pets"};

struct Row {
  std::string picture;  // without suffix
  std::int64_t label;
};

// Lines such as "Abyssinian_100 1 1 1": picture, class from 1, cat or dog, breed within it. Those
// that begin with '#' are words for people.
std::vector<Row> read_rows(const fs::path& file, const Taxonomy& names) {
  std::vector<Row> rows;
  std::int64_t number = 0;
  for (const auto& line : read_lines(file)) {
    ++number;
    if (line.empty() || line[0] == '#') continue;
    std::istringstream fields(line);
    std::string picture;
    std::int64_t id = 0;
    const auto classes = static_cast<std::int64_t>(names.fine.size());
    const auto where = file.string() + ": line " + std::to_string(number) + ": ";
    if (!(fields >> picture >> id) || id < 1 || id > classes)
      throw ConfigError(where + "'" + line + "' (expected a picture's name and a class from 1 to " +
                        std::to_string(classes) + ")");
    if (const auto& name = names.fine[static_cast<std::size_t>(id - 1)];
        oxford_pet::breed_of(picture) != name)
      throw ConfigError(where + "'" + picture + "' has class " + std::to_string(id) +
                        ", which is " + name);
    rows.push_back({picture, id - 1});
  }
  return rows;
}

FileListing list_files(bool reference, const DataRoots& roots) {
  FileListing out;
  out.id = kSource.id;
  out.taxonomy = oxford_pet::taxonomy(reference);
  out.templates = {"a photo of a {}, a type of pet."};
  const std::string list = "/annotations/trainval.txt";
  const auto top =
      require_path(roots, {"oxford-iiit-pet" + list, "oxford_pet" + list, "oxford_pets" + list},
                   kSource)
          .parent_path()
          .parent_path();
  out.notes.push_back("found in " + top.string());
  const auto as_in_files = oxford_pet::taxonomy(false);
  std::set<std::string> listed;
  for (const auto& [split, file] : {std::pair{"train", "trainval.txt"}, {"test", "test.txt"}}) {
    auto& files = out.splits[split];
    for (const auto& [picture, label] : read_rows(top / "annotations" / file, as_in_files)) {
      const auto name = picture + ".jpg";
      if (!listed.insert(name).second)
        throw ConfigError((top / "annotations" / file).string() + ": '" + picture +
                          "' is listed twice (in trainval.txt and test.txt together)");
      files.push_back({top / "images" / name, "images/" + name, label});
    }
  }
  if (fs::exists(top / "annotations" / "list.txt"))  // not needed, but it must not contradict
    read_rows(top / "annotations" / "list.txt", as_in_files);
  const auto folder = list_folder(top / "images");
  const auto unlisted =
      std::count_if(folder.pictures.begin(), folder.pictures.end(),
                    [&](const std::string& name) { return !listed.contains(name); });
  if (unlisted > 0)
    out.notes.push_back("ignored " + std::to_string(unlisted) + " pictures that no list names");
  if (folder.others > 0)
    out.notes.push_back("ignored " + std::to_string(folder.others) + " files that are no pictures");
  note_counts(out, "train", kTrain);
  note_counts(out, "test", kTest);
  return out;
}

class OxfordPet final : public FileDataset {
 public:
  struct Params {
    std::string names = "reference";
    void visit(auto&& field) {
      field(
          "names", names,
          Field{.help = "reference: 'German Shorthaired' is called 'German short-haired pointer', "
                        "as in the paper; torchvision: it is not",
                .choices = {"reference", "torchvision"}});
    }
  };

  OxfordPet(const Params& params, const DataRoots& roots)
      : FileDataset(list_files(params.names == "reference", roots)) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<OxfordPet>({
    .id = "oxford_pet",
    .version = "1.0.0",
    .summary = "Oxford-IIIT Pet: cats and dogs of 37 breeds under 11 coarse names",
    .citation = "O. M. Parkhi et al., Cats and Dogs, CVPR 2012",
    .offers = {lacuna::Ability::coarse_names},
}))
