// A data set that consists of picture files: everything a Dataset owes once its files are listed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"

namespace lacuna::pictures {

struct PictureFile {
  std::filesystem::path file;  // absolute
  std::string name;  // the same on every machine: relative to the data set's own folder, with '/'
  std::int64_t label = 0;  // fine
};

// What a plugin finds out in its constructor.
struct FileListing {
  std::string id;  // of the plugin
  Taxonomy taxonomy;
  std::vector<std::string> templates;                      // with "{}"
  std::map<std::string, std::vector<PictureFile>> splits;  // in the order of the predictions
  std::map<std::string, std::vector<std::string>> forget_splits = {};
  std::vector<std::string> notes = {};
};

class FileDataset : public Dataset {
 public:
  // Throws ConfigError: an empty split, a file that is not there (the first ten are named, with how
  // many there are), a label out of range.
  explicit FileDataset(FileListing listing);

  const Taxonomy& taxonomy() const override { return listing_.taxonomy; }
  std::vector<std::string> templates() const override { return listing_.templates; }
  std::vector<std::string> splits() const override;
  at::Tensor labels(const std::string& split) const override;
  std::vector<at::Tensor> images(const std::string& split,
                                 std::span<const std::int64_t> indices) const override;
  std::filesystem::path file(const std::string& split, std::int64_t index) const override;
  std::vector<std::string> notes() const override { return listing_.notes; }
  std::map<std::string, std::vector<std::string>> forget_splits() const override {
    return listing_.forget_splits;
  }
  // Names, prompts, and of every file its name, size and label.
  std::string manifest() const override { return manifest_; }

 private:
  const std::vector<PictureFile>& of(const std::string& split) const;
  const PictureFile& at(const std::string& split, std::int64_t index) const;

  FileListing listing_;
  std::string manifest_;
};

}  // namespace lacuna::pictures
