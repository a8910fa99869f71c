#include "compcars_s/original.hpp"

#include <algorithm>
#include <cctype>
#include <set>

#include "lacuna/error.hpp"
#include "pictures/mat_file.hpp"

namespace lacuna::compcars_s {
namespace {

namespace fs = std::filesystem;
using namespace lacuna::pictures;

// Letters and digits in lower case; CompCars writes BWM and Gaguar.
std::string plain(const std::string& name) {
  std::string out;
  for (const unsigned char c : name)
    if (std::isalnum(c)) out += static_cast<char>(std::tolower(c));
  for (const auto& [wrong, right] : {std::pair{"bwm", "bmw"}, {"gaguar", "jaguar"}})
    if (out.starts_with(wrong)) out.replace(0, std::string(wrong).size(), right);
  return out;
}

std::string model_folder(const std::string& place) {
  return fs::path(place).parent_path().string();
}

// The name with id 1, 2, …; "" where there is none.
std::string name_of(const std::vector<std::string>& names, const std::string& id) {
  std::size_t number = 0;
  for (const char c : id) {
    if (c < '0' || c > '9' || number > names.size()) return "";
    number = 10 * number + static_cast<std::size_t>(c - '0');
  }
  return number >= 1 && number <= names.size() ? names[number - 1] : "";
}

}  // namespace

std::optional<fs::path> Original::find(const DataRoots& roots) {
  const auto image = find_path(roots, {"CompCars/data/image", "compcars/data/image", "data/image"});
  if (!image) return {};
  return image->parent_path();
}

Original::Original(fs::path data, const Taxonomy& taxonomy, const std::vector<ListRow>& test)
    : data_(std::move(data)), taxonomy_(taxonomy) {
  const auto image = data_ / "image";
  for (const auto& make : list_folder(image).folders) {
    for (const auto& model : list_folder(image / make).folders) {
      const auto folder = make + '/' + model;
      for (const auto& year : list_folder(image / folder).folders)
        for (const auto& file : list_folder(image / folder / year).pictures)
          places_.emplace(file, folder + '/' + year);
    }
  }
  std::map<std::string, std::int64_t> owner;
  for (const auto& row : test) {
    const auto found = places_.find(fs::path(row.path).filename().string());
    if (found == places_.end()) continue;
    const auto folder = model_folder(found->second);
    const auto [it, is_new] = owner.emplace(folder, row.fine);
    if (is_new) {
      folders_[row.fine].push_back(folder);
    } else if (it->second != row.fine) {
      throw ConfigError((image / folder).string() + ": holds test pictures of '" +
                        taxonomy_.fine[static_cast<std::size_t>(it->second)] + "' and of '" +
                        taxonomy_.fine[static_cast<std::size_t>(row.fine)] +
                        "' (a CompCars model is one model)");
    }
  }
  if (folders_.size() < taxonomy_.fine.size()) match_by_name(owner);
}

void Original::match_by_name(const std::map<std::string, std::int64_t>& taken) {
  const auto file = data_ / "misc" / "make_model_name.mat";
  if (!fs::exists(file)) return;
  const MatFile mat(file);
  const auto makes = mat.variable("make_names").texts();
  const auto models = mat.variable("model_names").texts();
  std::map<std::string, std::int64_t> wanted;  // make and model, without a repeated make
  for (std::size_t label = 0; label < taxonomy_.fine.size(); ++label) {
    if (folders_.contains(static_cast<std::int64_t>(label))) continue;
    const auto make = plain(taxonomy_.coarse[static_cast<std::size_t>(taxonomy_.parent[label])]);
    const auto model = plain(taxonomy_.fine[label]);
    const auto rest = model.starts_with(make) ? model.substr(make.size()) : model;
    wanted.emplace(make + '/' + rest, static_cast<std::int64_t>(label));
  }
  std::set<std::string> all;
  for (const auto& [name, place] : places_) all.insert(model_folder(place));
  for (const auto& folder : all) {
    if (taken.contains(folder)) continue;
    const auto slash = folder.find('/');
    const auto make = plain(name_of(makes, folder.substr(0, slash)));
    const auto model = plain(name_of(models, folder.substr(slash + 1)));
    const auto rest = model.starts_with(make) ? model.substr(make.size()) : model;
    if (const auto found = wanted.find(make + '/' + rest); found != wanted.end())
      folders_[found->second].push_back(folder);
  }
}

std::optional<fs::path> Original::locate(const std::string& file) const {
  const auto found = places_.find(file);
  if (found == places_.end()) return {};
  return data_ / "image" / found->second / file;
}

Candidates Original::pictures(std::int64_t label, bool classification) const {
  Candidates out;
  const auto found = folders_.find(label);
  if (found == folders_.end()) return out;
  const auto index = static_cast<std::size_t>(label);
  const auto prefix = taxonomy_.coarse[static_cast<std::size_t>(taxonomy_.parent[index])] + '/' +
                      taxonomy_.fine[index] + '/';
  const auto add = [&](const std::string& folder, const std::string& year,
                       const std::string& file) {
    out[prefix + year + '/' + file] = data_ / "image" / folder / year / file;
  };
  if (!classification) {
    for (const auto& folder : found->second)
      for (const auto& year : list_folder(data_ / "image" / folder).folders)
        for (const auto& file : list_folder(data_ / "image" / folder / year).pictures)
          add(folder, year, file);
    return out;
  }
  const auto list = data_ / "train_test_split" / "classification" / "train.txt";
  for (const auto& line : read_lines(list)) {
    const fs::path path(line);
    const auto year = path.parent_path();
    const auto folder = year.parent_path().string();
    if (std::find(found->second.begin(), found->second.end(), folder) != found->second.end())
      add(folder, year.filename().string(), path.filename().string());
  }
  return out;
}

}  // namespace lacuna::compcars_s
