#include "data/parts.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "data/picture_hash.hpp"
#include "data/splits.hpp"
#include "lacuna/error.hpp"
#include "support/hash.hpp"

namespace lacuna {
namespace {

constexpr std::size_t kBatch = 1024;

std::uint64_t whole(const Shares& shares) {
  std::uint64_t sum = 0;
  for (const auto& [name, share] : shares) sum += share;
  return sum;
}

// What decides of a picture: its file if it has one, else its pixels.
std::vector<std::string> contents(const Dataset& dataset, const std::string& split) {
  std::vector<std::string> out(static_cast<std::size_t>(dataset.labels(split).size(0)));
  std::vector<std::int64_t> without;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto file = dataset.file(split, static_cast<std::int64_t>(i));
    if (file.empty()) {
      without.push_back(static_cast<std::int64_t>(i));
    } else {
      out[i] = sha256_file(file);
    }
  }
  for (std::size_t begin = 0; begin < without.size(); begin += kBatch) {
    const auto batch = std::span(without).subspan(begin, std::min(kBatch, without.size() - begin));
    const auto pictures = dataset.images(split, batch);
    for (std::size_t i = 0; i < batch.size(); ++i)
      out[static_cast<std::size_t>(batch[i])] = picture_hash(pictures[i]);
  }
  return out;
}

// The pictures of each part, in the shares' order.
std::vector<std::vector<std::int64_t>> divided(const Dataset& dataset, const std::string& split,
                                               const Shares& shares) {
  std::vector<std::vector<std::int64_t>> out(shares.size());
  const auto sum = whole(shares);
  const auto hashes = contents(dataset, split);
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    auto left = std::stoull(hashes[i].substr(0, 16), nullptr, 16) % sum;
    std::size_t part = 0;
    for (auto share = shares.begin(); left >= share->second; ++share, ++part) left -= share->second;
    out[part].push_back(static_cast<std::int64_t>(i));
  }
  return out;
}

class Divided : public Dataset {
 public:
  Divided(std::unique_ptr<Dataset> dataset, const Dataset* deciding, const Parts& parts)
      : dataset_(std::move(dataset)), splits_(dataset_->splits()) {
    for (const auto& [split, shares] : parts) add(split, shares, deciding);
  }

  const Taxonomy& taxonomy() const override { return dataset_->taxonomy(); }
  std::vector<std::string> templates() const override { return dataset_->templates(); }
  std::vector<std::string> splits() const override { return splits_; }
  std::vector<std::string> notes() const override { return dataset_->notes(); }
  std::string manifest() const override { return dataset_->manifest(); }
  std::map<std::string, std::vector<std::string>> forget_splits() const override {
    return dataset_->forget_splits();
  }

  at::Tensor labels(const std::string& split) const override {
    const auto* part = find(split);
    if (!part) return dataset_->labels(split);
    return dataset_->labels(part->of).index_select(0, at::tensor(part->indices, at::kLong));
  }

  std::vector<at::Tensor> images(const std::string& split,
                                 std::span<const std::int64_t> indices) const override {
    const auto* part = find(split);
    if (!part) return dataset_->images(split, indices);
    std::vector<std::int64_t> own;
    for (const auto index : indices) own.push_back(part->indices.at(index));
    return dataset_->images(part->of, own);
  }

  std::filesystem::path file(const std::string& split, std::int64_t index) const override {
    const auto* part = find(split);
    return part ? dataset_->file(part->of, part->indices.at(index)) : dataset_->file(split, index);
  }

 private:
  struct Part {
    std::string of;
    std::vector<std::int64_t> indices;
  };

  const Part* find(const std::string& split) const {
    const auto found = parts_.find(split);
    return found == parts_.end() ? nullptr : &found->second;
  }

  void add(const std::string& split, const Shares& shares, const Dataset* deciding) {
    const bool twins = deciding && dataset_->labels(split).equal(deciding->labels(split));
    auto indices = divided(twins ? *deciding : *dataset_, split, shares);
    std::erase(splits_, split);
    std::size_t at = 0;
    for (const auto& [name, share] : shares) {
      splits_.push_back(name);
      parts_[name] = {split, std::move(indices[at++])};
    }
  }

  std::unique_ptr<Dataset> dataset_;
  std::vector<std::string> splits_;
  std::map<std::string, Part> parts_;
};

// With other parameters the default data set may not be there, which is no mistake.
std::unique_ptr<Dataset> with_defaults(const Entry& entry, const DataRoots& roots) {
  try {
    return entry.make_dataset(nlohmann::json::object(), roots);
  } catch (const ConfigError&) {
    return nullptr;
  }
}

bool has_splits(const Dataset& dataset, const Parts& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [&](const auto& part) { return has_split(dataset, part.first); });
}

}  // namespace

Parts read_parts(const JsonView& view) {
  Parts out;
  for (const auto& [split, shares] : view.members()) {
    for (const auto& [name, share] : shares.members())
      out[split][name] =
          static_cast<std::uint64_t>(share.read<std::int64_t>({.min = 1, .max = 1'000'000}));
    if (out[split].size() < 2) shares.fail("one part is no division (name two or more)");
  }
  return out;
}

void check_parts(const Dataset& dataset, const Parts& parts) {
  auto known = dataset.splits();
  const auto is_known = [&](const std::string& name) {
    return std::find(known.begin(), known.end(), name) != known.end();
  };
  for (const auto& [split, shares] : parts) check_split(dataset, split, "parts");
  for (const auto& [split, shares] : parts) {
    for (const auto& [name, share] : shares) {
      if (is_known(name))
        throw ConfigError(fmt::format(
            "parts.{}: '{}' is a split already (give the part another name)", split, name));
      known.push_back(name);
    }
  }
}

std::unique_ptr<Dataset> divide(std::unique_ptr<Dataset> dataset, const Entry& entry,
                                const Parts& parts, const DataRoots& roots) {
  if (parts.empty()) return dataset;
  auto deciding = with_defaults(entry, roots);
  if (deciding && !has_splits(*deciding, parts)) deciding.reset();
  return std::make_unique<Divided>(std::move(dataset), deciding.get(), parts);
}

std::unique_ptr<Dataset> make_dataset(const Entry& entry, const nlohmann::json& params,
                                      const Parts& parts, const DataRoots& roots) {
  auto dataset = entry.make_dataset(params, roots);
  check_parts(*dataset, parts);
  return divide(std::move(dataset), entry, parts, roots);
}

}  // namespace lacuna
