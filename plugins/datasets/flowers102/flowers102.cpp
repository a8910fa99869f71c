// Oxford 102 Flowers (Nilsback & Zisserman, 2008): 8,189 photographs of 102 kinds.
#include <map>
#include <string>
#include <utility>

#include "lacuna/lacuna.hpp"
#include "names.hpp"
#include "pictures/file_dataset.hpp"
#include "pictures/folders.hpp"
#include "pictures/listing.hpp"
#include "pictures/mat_file.hpp"

namespace {

using namespace lacuna;
namespace fs = std::filesystem;

const pictures::Source kSource{"flowers102",
                               "102flowers.tgz, imagelabels.mat and setid.mat from "
                               "robots.ox.ac.uk/~vgg/data/flowers/102"};

struct Split {
  const char* name;
  const char* variable;  // of setid.mat
  std::int64_t original;
};
constexpr Split kSplits[] = {
    {"train", "trnid", 1020}, {"val", "valid", 1020}, {"test", "tstid", 6149}};

std::string picture_name(std::int64_t id) {  // ids count from 1
  const auto digits = std::to_string(id);
  return "image_" + std::string(5 - std::min<std::size_t>(5, digits.size()), '0') + digits + ".jpg";
}

std::vector<std::string> class_names(const std::string& names) {
  std::vector<std::string> all(flowers::kNames.begin(), flowers::kNames.end());
  if (names == "reference") {  // an older state of OpenAI's list
    all[15] = "globe-flower";
    all[59] = "pink-yellow dahlia";
    all[92] = "ball moss";
  }
  return all;
}

std::vector<std::int64_t> read_labels(const fs::path& file) {
  auto labels = pictures::MatFile(file).variable("labels").integers();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto label = labels[i]--;
    if (label < 1 || label > 102)
      throw ConfigError(file.string() + ": labels: element " + std::to_string(i + 1) + " is " +
                        std::to_string(label) + " (expected 1 to 102)");
  }
  return labels;
}

void note_strays(const fs::path& folder, std::size_t listed, std::vector<std::string>& notes) {
  const auto found = pictures::contents_of(folder / "jpg");
  pictures::Ignored ignored;
  ignored.add("jpg", found.others);
  ignored.note(notes);
  if (found.pictures.size() > listed)
    notes.push_back("ignored: " + std::to_string(found.pictures.size() - listed) +
                    " pictures in jpg that setid.mat does not name");
}

pictures::FileListing list(const std::string& names, const DataRoots& roots) {
  const auto folder = pictures::find_folder(
      roots, kSource, {"flowers-102", "flowers102", "102flowers", "oxford-102-flowers", ""},
      {"jpg", "imagelabels.mat", "setid.mat"});
  pictures::FileListing listing{
      .id = "flowers102",
      .taxonomy = {.fine = class_names(names), .coarse = {}, .parent = {}},
      .templates = {"a photo of a {}, a type of flower."},
      .splits = {}};
  const auto labels = read_labels(folder / "imagelabels.mat");
  const pictures::MatFile sets(folder / "setid.mat");
  std::map<std::int64_t, const char*> taken;
  for (const auto& [split, variable, original] : kSplits) {
    auto& files = listing.splits[split];
    const auto ids = sets.variable(variable).integers();
    for (const auto id : ids) {
      const auto place = (folder / "setid.mat").string() + ": " + variable + ": ";
      if (id < 1 || id > static_cast<std::int64_t>(labels.size()))
        throw ConfigError(place + "picture " + std::to_string(id) + " has no label (there are " +
                          std::to_string(labels.size()) + ", from 1)");
      const auto [before, is_new] = taken.emplace(id, variable);
      if (!is_new)
        throw ConfigError(place + "picture " + std::to_string(id) + " is in " + before->second +
                          " as well");
      const auto relative = "jpg/" + picture_name(id);
      files.push_back({folder / relative, relative, labels[static_cast<std::size_t>(id - 1)]});
    }
    pictures::note_counts(listing, split, original);
  }
  note_strays(folder, taken.size(), listing.notes);
  return listing;
}

class Flowers102 final : public pictures::FileDataset {
 public:
  struct Params {
    std::string names = "clip";
    void visit(auto&& field) {
      field(
          "names", names,
          Field{.help = "clip: OpenAI's list; reference: its older state, as the paper's code has "
                        "it (three names differ)",
                .choices = {"clip", "reference"}});
    }
  };
  Flowers102(const Params& params, const DataRoots& roots)
      : FileDataset(list(params.names, roots)) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Flowers102>({
    .id = "flowers102",
    .version = "1.0.0",
    .summary = "Oxford 102 Flowers: 1020 train, 1020 val, 6149 test",
    .citation = "M.-E. Nilsback, A. Zisserman, Automated Flower Classification over a Large Number "
                "of Classes, ICVGIP 2008",
}))
