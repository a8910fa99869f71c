#include "pictures/file_dataset.hpp"

#include <ATen/ops/empty.h>

#include "lacuna/error.hpp"
#include "pictures/decode.hpp"

namespace lacuna::pictures {
namespace {

constexpr std::size_t kNamed = 10;  // missing files that a message names

std::string manifest_of(const FileListing& listing) {
  std::string text = listing.id + "\n", missing;
  const auto& taxonomy = listing.taxonomy;
  for (std::size_t i = 0; i < taxonomy.fine.size(); ++i) {
    text += "class " + taxonomy.fine[i];
    if (taxonomy.hierarchical())
      text += " < " + taxonomy.coarse[static_cast<std::size_t>(taxonomy.parent[i])];
    text += '\n';
  }
  for (const auto& prompt : listing.templates) text += "prompt " + prompt + '\n';
  std::size_t absent = 0, all = 0;
  for (const auto& [split, files] : listing.splits) {
    if (files.empty()) throw ConfigError(listing.id + ": split '" + split + "' holds no pictures");
    text += "split " + split + '\n';
    for (const auto& [file, name, label] : files) {
      if (label < 0 || label >= static_cast<std::int64_t>(taxonomy.fine.size()))
        throw ConfigError(listing.id + ": " + name + ": label " + std::to_string(label) +
                          " has no class name");
      std::error_code error;
      const auto size = std::filesystem::file_size(file, error);
      ++all;
      if (error && absent++ < kNamed) missing += (absent == 1 ? "" : ", ") + file.string();
      text += name + ' ' + std::to_string(error ? 0 : size) + ' ' + std::to_string(label) + '\n';
    }
  }
  if (absent > 0)
    throw ConfigError(listing.id + ": " + std::to_string(absent) + " of " + std::to_string(all) +
                      " pictures are missing: " + missing + (absent > kNamed ? ", …" : ""));
  return text;
}

}  // namespace

FileDataset::FileDataset(FileListing listing) : listing_(std::move(listing)) {
  validate(listing_.taxonomy, listing_.id);
  manifest_ = manifest_of(listing_);
}

std::vector<std::string> FileDataset::splits() const {
  std::vector<std::string> names;
  for (const auto& [name, files] : listing_.splits) names.push_back(name);
  return names;
}

at::Tensor FileDataset::labels(const std::string& split) const {
  const auto& files = of(split);
  auto labels = at::empty({static_cast<std::int64_t>(files.size())}, at::kLong);
  auto* out = labels.mutable_data_ptr<std::int64_t>();
  for (const auto& file : files) *out++ = file.label;
  return labels;
}

std::vector<at::Tensor> FileDataset::images(const std::string& split,
                                            std::span<const std::int64_t> indices) const {
  std::vector<at::Tensor> pictures;
  pictures.reserve(indices.size());
  for (const auto index : indices) pictures.push_back(decode(at(split, index).file));
  return pictures;
}

std::filesystem::path FileDataset::file(const std::string& split, std::int64_t index) const {
  return at(split, index).file;
}

const std::vector<PictureFile>& FileDataset::of(const std::string& split) const {
  const auto found = listing_.splits.find(split);
  if (found != listing_.splits.end()) return found->second;
  std::string known;
  for (const auto& [name, files] : listing_.splits) known += (known.empty() ? "" : ", ") + name;
  throw ConfigError(listing_.id + ": '" + split + "': no such split (known: " + known + ")");
}

const PictureFile& FileDataset::at(const std::string& split, std::int64_t index) const {
  const auto& files = of(split);
  if (index < 0 || index >= static_cast<std::int64_t>(files.size()))
    throw Error(listing_.id + ": picture " + std::to_string(index) + " of " + split +
                ": out of range (there are " + std::to_string(files.size()) + ")");
  return files[static_cast<std::size_t>(index)];
}

}  // namespace lacuna::pictures
