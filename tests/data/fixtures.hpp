// What the tests of the picture data sets share: a miniature in a folder of its own that can be
// broken and mended, the real plugins, golden facts.
#pragma once

// LibTorch first: it defines a CHECK of its own, which Catch2 then replaces.
#include <ATen/ATen.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "../folders.hpp"
#include "../real_file.hpp"
#include "lacuna/error.hpp"
#include "miniature/miniature.hpp"
#include "plugin/registry.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna::testing {

namespace fs = std::filesystem;

class TempFolder : public TemporaryFolder {
 public:
  const fs::path& root() const { return path(); }
  using TemporaryFolder::path;
  fs::path path(const fs::path& relative) const { return *this / relative; }
  DataRoots roots() const { return {{root()}}; }
  void write(const fs::path& relative, const std::string& bytes) const {
    fs::create_directories(path(relative).parent_path());
    std::ofstream(path(relative), std::ios::binary) << bytes;
  }
  std::string read(const fs::path& relative) const { return read_file(path(relative)); }
};

// A layout with one picture a class and split unless told otherwise.
class Miniature : public TempFolder {
 public:
  explicit Miniature(const std::string& layout) : Miniature(layout, small()) {}
  Miniature(const std::string& layout, const miniature::Options& options) {
    miniature::write(root(), {layout}, options);
  }
  static miniature::Options small(std::int64_t train = 1, std::int64_t test = 1) {
    miniature::Options options;
    options.train_per_class = train;
    options.test_per_class = test;
    options.width = 16;
    options.height = 12;
    return options;
  }
};

// A file or folder that is missing or changed until the end of the block.
class Broken {
 public:
  Broken(const TempFolder& folder, const fs::path& relative)
      : path_(folder.path(relative)), kept_(path_.string() + ".kept") {
    fs::rename(path_, kept_);
  }
  Broken(const TempFolder& folder, const fs::path& relative, const std::string& bytes)
      : Broken(folder, relative) {
    folder.write(relative, bytes);
  }
  ~Broken() {
    fs::remove_all(path_);
    fs::rename(kept_, path_);
  }

 private:
  fs::path path_, kept_;
};

inline std::unique_ptr<Dataset> open(const std::string& id, const DataRoots& roots,
                                     const nlohmann::json& params = {}) {
  static auto& registry = *[] {
    auto* all = new Registry;
    for (const char* name : {"imgnet_dogs", "compcars_s", "oxford_pet", "stanford_cars", "shapes"})
      all->load(fs::path(LACUNA_PLUGIN_DIR) / (std::string(name) + ".so"));
    return all;
  }();
  return registry.find(Kind::dataset, id).entry->make_dataset(params, roots);
}

// The message of the ConfigError that `body` throws; "" if it throws none.
template <class Body>
std::string refusal(Body body) {
  try {
    body();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

inline std::string refusal(const std::string& id, const TempFolder& folder,
                           const nlohmann::json& params = {}) {
  return refusal([&] { open(id, folder.roots(), params); });
}

inline nlohmann::json golden(const std::string& name) {
  return read_json(fs::path(LACUNA_SOURCE_DIR) / "tests/data/golden" / (name + ".json"));
}

// OpenAI's and LAION's lists of class names and prompts.
inline nlohmann::json published_names() {
  return read_json(LACUNA_SOURCE_DIR "/tests/datasets/golden/published_names.json");
}

// The real files of a data set, each with the hash that its golden file says.
inline void check_files(const std::string& id) {
  const auto hashes = golden(id).at("sha256");
  for (const auto& [file, hash] : hashes.items()) {
    CAPTURE(file);
    const auto real = real_file(fs::path(id) / file);
    CHECK(sha256_file(real) == hash.get<std::string>());
  }
}

// Class names in label order by coarse name, of a golden file's "coarse".
inline void check_hierarchy(const Taxonomy& taxonomy, const nlohmann::json& coarse) {
  CHECK(taxonomy.coarse.size() == coarse.size());
  for (std::size_t i = 0; i < taxonomy.fine.size(); ++i) {
    const auto& parent = taxonomy.coarse.at(static_cast<std::size_t>(taxonomy.parent.at(i)));
    CAPTURE(taxonomy.fine[i], parent);
    REQUIRE(coarse.contains(parent));
    const auto children = coarse[parent].get<std::vector<std::string>>();
    CHECK(std::count(children.begin(), children.end(), taxonomy.fine[i]) == 1);
  }
}

inline std::vector<std::int64_t> labels(const Dataset& data, const std::string& split) {
  const auto all = data.labels(split);
  return {all.const_data_ptr<std::int64_t>(), all.const_data_ptr<std::int64_t>() + all.numel()};
}

// Pictures of each class: {fewest, most}.
inline std::pair<std::int64_t, std::int64_t> per_class(const Dataset& data,
                                                       const std::string& split) {
  std::vector<std::int64_t> counts(data.taxonomy().fine.size());
  for (const auto label : labels(data, split)) ++counts.at(static_cast<std::size_t>(label));
  return {*std::min_element(counts.begin(), counts.end()),
          *std::max_element(counts.begin(), counts.end())};
}

inline bool noted(const Dataset& data, const std::string& words) {
  for (const auto& note : data.notes())
    if (note.find(words) != note.npos) return true;
  return false;
}

inline void replace(std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE(at != text.npos);
  text.replace(at, from.size(), to);
}

}  // namespace lacuna::testing
