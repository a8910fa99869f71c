// CompCars-S: 292 car models of 48 makes. The test pictures are those of a published list; what may
// be trained on is chosen here, and never a test picture.
#include <set>

#include "compcars_s/classes.hpp"
#include "compcars_s/original.hpp"
#include "lacuna/lacuna.hpp"
#include "pictures/listing.hpp"
#include "pictures/templates.hpp"

namespace {

using namespace lacuna;
using namespace lacuna::pictures;
using compcars_s::Candidates;
using compcars_s::Original;
namespace fs = std::filesystem;

constexpr std::int64_t kTest = 8943;

const Source kLists{"compcars_s",
                    "data/Compcars from https://github.com/1yuwen/Knowledge-Tracing-MU"};
const Source kPictures{"compcars_s",
                       "CompCars from http://mmlab.ie.cuhk.edu.hk/datasets/comp_cars"};

struct Params {
  std::string train = "auto";
  std::int64_t train_per_class = 100;
  void visit(auto&& field) {
    field(
        "train", train,
        Field{.help = "where training pictures come from: list (compcars_s/train.jsonl), subset "
                      "(the rest of comcars_subset), compcars (CompCars' own folders), "
                      "compcars_list (of these, its classification/train.txt), none, or auto: the "
                      "first of list, subset, compcars that is there",
              .choices = {"auto", "list", "subset", "compcars", "compcars_list", "none"}});
    field("train_per_class", train_per_class,
          Field{.help = "at most so many training pictures of a model are drawn (not with list)",
                .min = 1});
  }
};

class Lister {
 public:
  Lister(const Params& params, const DataRoots& roots) : params_(params), roots_(roots) {
    out_.id = kPictures.id;
    out_.taxonomy = compcars_s::taxonomy();
    out_.templates = car_templates();
    out_.forget_splits = compcars_s::forget_splits();
    if (const auto file = find_path(roots, {"compcars_s/fine_label_subset.txt"}))
      check_lines(*file, out_.taxonomy.fine);
    if (const auto file = find_path(roots, {"compcars_s/coarse_label_subset.txt"}))
      check_lines(*file, out_.taxonomy.coarse);
    const auto list = require_path(roots, {"compcars_s/test.jsonl"}, kLists);
    const auto rows = read_list(list, out_.taxonomy);
    subset_ = find_path(roots, {"comcars_subset", "compcars_s/comcars_subset"});
    if (const auto data = Original::find(roots)) original_.emplace(*data, out_.taxonomy, rows);
    if (!subset_ && !original_)
      not_there(kPictures, "comcars_subset or CompCars/data/image", roots);
    add_rows("test", list, rows);
    for (const auto& file : out_.splits["test"])
      tested_.insert(fs::path(file.name).filename().string());
    out_.notes.push_back("test: the pictures named in " + list.string() + ", from " +
                         (subset_ ? subset_->string() : "CompCars' own folders"));
    note_counts(out_, "test", kTest);
    add_train();
  }

  FileListing take() { return std::move(out_); }

 private:
  std::string prefix(std::int64_t label) const {
    const auto index = static_cast<std::size_t>(label);
    return out_.taxonomy.coarse[static_cast<std::size_t>(out_.taxonomy.parent[index])] + '/' +
           out_.taxonomy.fine[index] + '/';
  }

  // The list's absolute paths end in <make>/<model>/<year>/<file>.
  void add_rows(const std::string& split, const fs::path& list, const std::vector<ListRow>& rows) {
    auto& files = out_.splits[split];
    for (const auto& row : rows) {
      const fs::path path(row.path);
      const auto year = path.parent_path().filename().string(), file = path.filename().string();
      const auto name = prefix(row.fine) + year + '/' + file;
      if (!row.path.ends_with('/' + name) || year.empty() || file.empty())
        throw ConfigError(list.string() + ": '" + row.path + "' (expected …/" + prefix(row.fine) +
                          "<year>/<picture>)");
      auto place = subset_ ? *subset_ / name : fs::path();
      if (!subset_) place = original_->locate(file).value_or("CompCars/data/image/…/" + file);
      files.push_back({place, name, row.fine});
    }
  }

  void add_train() {
    const auto& wanted = params_.train;
    const auto list = find_path(roots_, {"compcars_s/train.jsonl"});
    const bool automatic = wanted == "auto";
    if (wanted == "none") return;
    if (wanted == "list" || (automatic && list)) {
      if (!list) not_there(kLists, "compcars_s/train.jsonl", roots_);
      add_rows("train", *list, read_list(*list, out_.taxonomy));
      for (const auto& file : out_.splits["train"])
        if (tested_.contains(fs::path(file.name).filename().string()))
          throw ConfigError(list->string() + ": '" + file.name + "' is a test picture as well");
      out_.notes.push_back("train: the pictures named in " + list->string());
      return;
    }
    if (wanted == "subset" && !subset_) not_there(kPictures, "comcars_subset", roots_);
    if (wanted.starts_with("compcars") && !original_)
      not_there(kPictures, "CompCars/data/image", roots_);
    if (subset_ && (automatic || wanted == "subset") &&
        draw("the rest of comcars_subset", [&](std::int64_t label) { return rest_of(label); }))
      return;
    if (original_ && wanted != "subset") {
      const bool classification = wanted == "compcars_list";
      if (draw(classification ? "CompCars' classification/train.txt" : "CompCars' own folders",
               [&](std::int64_t label) { return original_->pictures(label, classification); })) {
        out_.notes.push_back("train: " + std::to_string(original_->models_found()) +
                             " of 292 models were found in CompCars");
        return;
      }
    }
    if (!automatic)
      throw ConfigError("compcars_s: train: " + wanted +
                        " has no picture that is not a test picture (auto looks elsewhere too)");
    out_.notes.push_back("train: left out, there are no pictures but those of the test list");
  }

  Candidates rest_of(std::int64_t label) const {
    Candidates all;
    const auto folder = *subset_ / prefix(label);
    for (const auto& year : list_folder(folder).folders)
      for (const auto& file : list_folder(folder / year).pictures)
        all[prefix(label) + year + '/' + file] = folder / year / file;
    return all;
  }

  // At most train_per_class pictures a model that are in no row of the test list. False: none.
  bool draw(const std::string& source, const auto& candidates) {
    std::vector<PictureFile> files;
    for (std::int64_t label = 0; label < static_cast<std::int64_t>(out_.taxonomy.fine.size());
         ++label) {
      const Candidates all = candidates(label);
      std::vector<std::string> names;
      for (const auto& [name, file] : all)
        if (!tested_.contains(file.filename().string())) names.push_back(name);
      const auto purpose =
          "compcars_s/train/" + out_.taxonomy.fine[static_cast<std::size_t>(label)];
      for (const auto& name : sample(names, params_.train_per_class, purpose))
        files.push_back({all.at(name), name, label});
    }
    if (files.empty()) return false;
    out_.splits["train"] = std::move(files);
    const auto count = static_cast<std::int64_t>(out_.splits["train"].size());
    out_.notes.push_back("train: " + std::to_string(count) + " pictures, at most " +
                         std::to_string(params_.train_per_class) +
                         " a model, drawn by Lacuna's rule from " + source +
                         " without the test pictures");
    note_counts(out_, "train", count);
    return true;
  }

  Params params_;
  const DataRoots& roots_;
  std::optional<fs::path> subset_;
  std::optional<Original> original_;
  std::set<std::string> tested_;  // file names, which are content hashes in CompCars
  FileListing out_;
};

class CompCarsS final : public FileDataset {
 public:
  using Params = ::Params;
  CompCarsS(const Params& params, const DataRoots& roots)
      : FileDataset(Lister(params, roots).take()) {}
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<CompCarsS>({
    .id = "compcars_s",
    .version = "1.0.0",
    .summary = "CompCars-S: 292 car models of 48 makes, a subset of CompCars",
    .citation = "Y. Tan and B. Gong, Lifting Data-Tracing Machine Unlearning to Knowledge-Tracing "
                "for Foundation Models, TMLR 2026; pictures: L. Yang et al., A Large-Scale Car "
                "Dataset for Fine-Grained Categorization and Verification, CVPR 2015",
    .offers = {lacuna::Ability::coarse_names},
}))
