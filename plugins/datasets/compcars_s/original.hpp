// CompCars as its authors distribute it, seen as a source of pictures of CompCars-S's models.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "pictures/listing.hpp"

namespace lacuna::compcars_s {

// A picture by the name that CompCars-S gives it: <make>/<model>/<year>/<file>.
using Candidates = std::map<std::string, std::filesystem::path>;

class Original {
 public:
  // Of CompCars/data, compcars/data or data, the first that has image/.
  static std::optional<std::filesystem::path> find(const DataRoots& roots);

  // Scans image/<make id>/<model id>/<year>/. A folder belongs to the model whose test pictures lie
  // in it, by their file names, since CompCars-S spells many names anew ("BWM X5", "Trax"); models
  // without a test picture here are looked up by name in misc/make_model_name.mat.
  Original(std::filesystem::path data, const Taxonomy& taxonomy,
           const std::vector<pictures::ListRow>& test);

  // Where the picture of this file name lies.
  std::optional<std::filesystem::path> locate(const std::string& file) const;

  // Every picture of a model, or with `classification` those of
  // train_test_split/classification/train.txt only. Throws ConfigError: that list is not there.
  Candidates pictures(std::int64_t label, bool classification) const;

  std::int64_t models_found() const { return static_cast<std::int64_t>(folders_.size()); }

 private:
  void match_by_name(const std::map<std::string, std::int64_t>& taken);

  std::filesystem::path data_;
  Taxonomy taxonomy_;
  std::map<std::string, std::string> places_;  // file name → <make id>/<model id>/<year>
  std::map<std::int64_t, std::vector<std::string>> folders_;  // label → <make id>/<model id>
};

}  // namespace lacuna::compcars_s
