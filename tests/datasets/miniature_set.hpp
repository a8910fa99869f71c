// A miniature of one data set in a folder of its own, to be opened through its plugin and damaged.
#pragma once

#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

#include "fixtures.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::testing {

class MiniatureSet {
 public:
  // One picture a class and split, 12 x 9 pixels, unless `options` say otherwise. `id` is the
  // plugin, `layout` one of miniature::layout_ids().
  explicit MiniatureSet(std::string id, const std::string& layout = "",
                        miniature::Options options = small())
      : id_(std::move(id)) {
    std::filesystem::remove_all(root_);
    miniature::write(root_, {layout.empty() ? id_ : layout}, options);
  }
  ~MiniatureSet() { std::filesystem::remove_all(root_); }
  MiniatureSet(const MiniatureSet&) = delete;
  MiniatureSet& operator=(const MiniatureSet&) = delete;

  static miniature::Options small() {
    return {.train_per_class = 1, .test_per_class = 1, .width = 12, .height = 9, .lists = {}};
  }

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path path(const std::filesystem::path& file) const { return root_ / file; }
  std::unique_ptr<Dataset> open(const nlohmann::json& params = {}) const {
    return dataset(id_, params, {{root_}});
  }
  std::string refusal(const nlohmann::json& params = {}) const {
    return testing::refusal([&] { open(params); });
  }

  std::string read(const std::filesystem::path& file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::filesystem::path& file, const std::string& bytes) const {
    std::filesystem::create_directories(path(file).parent_path());
    std::ofstream(path(file), std::ios::binary) << bytes;
  }
  // Replaces the first `from`, which must be there.
  void edit(const std::filesystem::path& file, const std::string& from,
            const std::string& to) const {
    auto bytes = read(file);
    const auto at = bytes.find(from);
    REQUIRE(at != std::string::npos);
    write(file, bytes.replace(at, from.size(), to));
  }
  void remove(const std::filesystem::path& file) const {
    REQUIRE(std::filesystem::remove_all(path(file)) > 0);
  }
  void rename(const std::filesystem::path& from, const std::filesystem::path& to) const {
    std::filesystem::create_directories(path(to).parent_path());
    std::filesystem::rename(path(from), path(to));
  }

 private:
  std::string id_;
  std::filesystem::path root_ =
      std::filesystem::temp_directory_path() / ("lacuna-miniature-" + std::to_string(::getpid()));
};

inline bool noted(const Dataset& data, const std::string& note) {
  const auto notes = data.notes();
  return std::find(notes.begin(), notes.end(), note) != notes.end();
}

// As many pictures of every class, and of none more.
inline bool even(const Dataset& data, const std::string& split, std::int64_t each) {
  const auto classes = static_cast<std::int64_t>(data.taxonomy().fine.size());
  return at::equal(at::bincount(data.labels(split), {}, classes),
                   at::full({classes}, each, at::kLong));
}

}  // namespace lacuna::testing
