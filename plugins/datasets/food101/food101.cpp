// Food-101 (Bossard et al., 2014): 101,000 photographs of 101 dishes.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "lacuna/json_view.hpp"
#include "lacuna/lacuna.hpp"
#include "names.hpp"
#include "pictures/file_dataset.hpp"
#include "pictures/folders.hpp"
#include "pictures/listing.hpp"

namespace {

using namespace lacuna;
namespace fs = std::filesystem;

const pictures::Source kSource{
    "food101", "food-101.tar.gz from data.vision.ee.ethz.ch/cvl/datasets_extra/food-101"};

std::string folder_name(std::string name) {
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

// One entry of a list, "apple_pie/1005649", and where it stands.
struct Listed {
  std::string entry, place;
};

std::vector<Listed> from_text(const fs::path& file) {
  std::vector<Listed> all;
  for (const auto& line : pictures::read_lines(file))
    all.push_back({line, file.string() + ": line " + std::to_string(all.size() + 1)});
  return all;
}

std::vector<Listed> from_json(const fs::path& file) {
  const auto ordered = read_ordered_json(file, "a list");
  const nlohmann::json document = ordered;
  const JsonView lists(document, file.string());
  lists.members();  // refuses what is no object
  std::vector<Listed> all;
  for (const auto& [name, ignored] : ordered.items())  // in the file's order
    for (const auto& entry : lists.at(name).items()) all.push_back({entry.text(), entry.where()});
  return all;
}

// The archive brings every list twice.
std::vector<Listed> read_list(const fs::path& meta, const std::string& split) {
  if (fs::exists(meta / (split + ".txt"))) return from_text(meta / (split + ".txt"));
  if (fs::exists(meta / (split + ".json"))) return from_json(meta / (split + ".json"));
  throw ConfigError((meta / (split + ".txt")).string() + ": missing, and no " + split +
                    ".json beside it");
}

std::vector<std::string> folder_names() {
  std::vector<std::string> folders;
  for (const char* name : food::kNames) folders.push_back(folder_name(name));
  return folders;
}

// Pictures on disk that no list names, and files that are none.
void note_strays(const fs::path& folder, const std::set<std::string>& listed,
                 std::vector<std::string>& notes) {
  pictures::Ignored ignored;
  std::vector<std::string> unlisted;
  const auto top = pictures::contents_of(folder / "images");
  ignored.add("images", top.others);
  for (const auto& name : top.folders) {
    const auto found = pictures::contents_of(folder / "images" / name);
    ignored.add(fs::path("images") / name, found.others);
    for (const auto& picture : found.pictures)
      if (!listed.contains("images/" + name + '/' + picture))
        unlisted.push_back("images/" + name + '/' + picture);
  }
  if (!unlisted.empty())
    notes.push_back("ignored: " + std::to_string(unlisted.size()) +
                    " pictures that neither list names (" + pictures::some_of(unlisted) + ")");
  ignored.note(notes);
}

pictures::FileListing list(const std::string& names, const DataRoots& roots) {
  const auto folder = pictures::find_folder(
      roots, kSource, {"food-101", "food101/food-101", "food101", "Food101", "Food-101", ""},
      {"meta", "images"});
  pictures::FileListing listing{.id = "food101",
                                .taxonomy = {},
                                .templates = {"a photo of {}, a type of food."},
                                .splits = {}};
  const auto folders = folder_names();
  std::map<std::string, std::int64_t> labels;
  for (const auto& name : folders) labels.emplace(name, static_cast<std::int64_t>(labels.size()));
  if (names == "reference")
    listing.taxonomy.fine = folders;
  else
    listing.taxonomy.fine.assign(food::kNames.begin(), food::kNames.end());

  const auto classes = folder / "meta" / "classes.txt";
  if (fs::exists(classes)) pictures::check_lines(classes, folders);
  std::map<std::string, std::string> places;
  std::set<std::string> listed;
  for (const auto& [split, original] : {std::pair("train", 75750), std::pair("test", 25250)}) {
    auto& files = listing.splits[split];
    for (const auto& [entry, place] : read_list(folder / "meta", split)) {
      const auto slash = entry.find('/');
      const auto name = entry.substr(0, slash);
      const auto label = labels.find(name);
      if (slash == entry.npos || slash + 1 == entry.size() || entry.rfind('/') != slash)
        throw ConfigError(place + ": '" + entry + "' (expected <class>/<id>)");
      if (label == labels.end())
        throw ConfigError(place + ": '" + name + "': no such class" + did_you_mean(name, folders));
      const auto [first, is_new] = places.emplace(entry, place);
      if (!is_new)
        throw ConfigError(place + ": '" + entry + "' is listed before: " + first->second);
      const auto relative = "images/" + entry + ".jpg";
      listed.insert(relative);
      files.push_back({folder / relative, relative, label->second});
    }
    pictures::note_counts(listing, split, original);
  }
  note_strays(folder, listed, listing.notes);
  return listing;
}

class Food101 final : public pictures::FileDataset {
 public:
  struct Params {
    std::string names = "clip";
    void visit(auto&& field) {
      field(
          "names", names,
          Field{.help = "clip: OpenAI's (\"apple pie\"); reference: the folders' (\"apple_pie\"), "
                        "as the paper's code has them",
                .choices = {"clip", "reference"}});
    }
  };
  Food101(const Params& params, const DataRoots& roots) : FileDataset(list(params.names, roots)) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Food101>({
    .id = "food101",
    .version = "1.0.0",
    .summary = "Food-101: photographs of 101 dishes; 75750 train, 25250 test",
    .citation = "L. Bossard, M. Guillaumin, L. Van Gool, Food-101 – Mining Discriminative "
                "Components with Random Forests, ECCV 2014",
}))
