#include "data/inspection.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <mutex>
#include <set>
#include <thread>

#include "data/picture_hash.hpp"
#include "lacuna/error.hpp"
#include "lacuna/input.hpp"
#include "support/failure.hpp"

namespace lacuna {
namespace {

struct Seen {
  std::int64_t split = 0, index = 0, label = 0;
  std::string hash, failure;  // one of them is set
  std::string kind;           // of a picture that is a file
};

constexpr std::pair<std::string_view, std::string_view> kMagic[] = {
    {"\xff\xd8\xff", "JPEG"}, {"\x89PNG", "PNG"}, {"GIF8", "GIF"}, {"BM", "BMP"},
    {"RIFF", "WebP"},         {"II*", "TIFF"},    {"MM", "TIFF"}};

bool usual_suffix(std::string_view kind, std::string suffix) {
  std::transform(suffix.begin(), suffix.end(), suffix.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (kind == "JPEG") return suffix == ".jpg" || suffix == ".jpeg";
  if (kind == "TIFF") return suffix == ".tif" || suffix == ".tiff";
  std::string usual = ".";
  for (const char c : kind) usual += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return suffix == usual;
}

std::string kind_of(const std::filesystem::path& file, const at::Tensor& picture) {
  const auto start = RegularFile(file, "a picture").beginning(4);
  std::string kind = "unknown";
  for (const auto& [magic, name] : kMagic)
    if (start.starts_with(magic)) kind = name;
  const auto suffix = file.extension().string();
  if (!usual_suffix(kind, suffix))
    kind += suffix.empty() ? " without a suffix" : " named " + suffix;
  const auto red = picture.select(2, 0);
  const bool grey = at::equal(red, picture.select(2, 1)) && at::equal(red, picture.select(2, 2));
  return grey ? kind + " without colour" : kind;
}

std::vector<Seen> enumerate(const Dataset& dataset, const std::vector<std::string>& splits) {
  std::vector<Seen> all;
  for (std::size_t s = 0; s < splits.size(); ++s) {
    const auto labels = dataset.labels(splits[s]);
    for (std::int64_t i = 0; i < labels.numel(); ++i)
      all.push_back(
          {static_cast<std::int64_t>(s), i, labels.const_data_ptr<std::int64_t>()[i], {}, {}, {}});
  }
  return all;
}

void look_at(const Dataset& dataset, const std::string& split, Seen& seen) {
  try {
    const std::int64_t one[] = {seen.index};
    const auto picture = dataset.images(split, one).at(0).contiguous();
    seen.hash = picture_hash(picture);
    if (const auto file = dataset.file(split, seen.index); !file.empty())
      seen.kind = kind_of(file, picture);
  } catch (...) {
    seen.failure = failure_of(std::current_exception()).message;
  }
}

void look_at_all(const Dataset& dataset, const std::vector<std::string>& splits,
                 std::vector<Seen>& all, int threads, const InspectionProgress& progress) {
  std::atomic<std::size_t> next = 0, done = 0;
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t i; (i = next++) < all.size();) {
      look_at(dataset, splits[static_cast<std::size_t>(all[i].split)], all[i]);
      const auto now = ++done;
      if (!progress || (now % 16 != 0 && now != all.size())) continue;
      const std::unique_lock lock(mutex, std::try_to_lock);
      if (lock) progress(static_cast<std::int64_t>(now), static_cast<std::int64_t>(all.size()));
    }
  };
  std::vector<std::jthread> workers(static_cast<std::size_t>(std::max(1, threads)));
  for (auto& worker : workers) worker = std::jthread(work);
}

SplitCounts count(const Dataset& dataset, const std::string& split) {
  const auto& names = dataset.taxonomy().fine;
  const auto labels = dataset.labels(split);
  std::vector<std::int64_t> counts(names.size());
  for (std::int64_t i = 0; i < labels.numel(); ++i)
    ++counts.at(static_cast<std::size_t>(labels.const_data_ptr<std::int64_t>()[i]));
  SplitCounts out{split,
                  labels.numel(),
                  *std::min_element(counts.begin(), counts.end()),
                  *std::max_element(counts.begin(), counts.end()),
                  {}};
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] == 0) out.empty.push_back(names[i]);
  return out;
}

// Sorts groups of equal pictures into what is wrong with them.
class Comparison {
 public:
  Comparison(const Dataset& dataset, const std::vector<std::string>& splits,
             const std::vector<std::string>& forget, Inspection& out)
      : dataset_(dataset), splits_(splits), out_(out) {
    auto all = dataset.forget_splits();
    if (!forget.empty()) all["--forget"] = forget;
    for (const auto& [name, concepts] : all) {
      const auto labels = fine_labels(dataset.taxonomy(), concepts);
      forget_[name] = {labels.begin(), labels.end()};
      out.leaks[name];
    }
  }

  PictureAt at(const Seen& seen) const {
    const auto& split = splits_[static_cast<std::size_t>(seen.split)];
    return {split, seen.index, dataset_.file(split, seen.index).string(),
            dataset_.taxonomy().fine[static_cast<std::size_t>(seen.label)]};
  }

  void add(const std::vector<const Seen*>& group) {
    SamePictures pictures;
    std::set<std::int64_t> labels, splits;
    for (const auto* seen : group) {
      pictures.push_back(at(*seen));
      labels.insert(seen->label);
      splits.insert(seen->split);
    }
    if (labels.size() > 1) out_.conflicting.push_back(pictures);
    if (splits.size() > 1) out_.across.push_back(pictures);
    if (labels.size() == 1 && splits.size() == 1) ++out_.repeated;
    for (const auto& [name, forget] : forget_) {
      bool forgotten = false, retained = false, trained = false, tested = false;
      for (const auto* seen : group) {
        const bool mine = forget.contains(seen->label);
        const auto& split = splits_[static_cast<std::size_t>(seen->split)];
        forgotten |= mine;
        retained |= !mine;
        trained |= mine && split == "train";
        tested |= split == "test";
      }
      if (trained && tested) out_.leaks[name].trained_and_tested.push_back(pictures);
      if (forgotten && retained) out_.leaks[name].forget_and_retain.push_back(pictures);
    }
  }

 private:
  const Dataset& dataset_;
  const std::vector<std::string>& splits_;
  Inspection& out_;
  std::map<std::string, std::set<std::int64_t>> forget_;
};

}  // namespace

std::int64_t Inspection::findings() const {
  auto n = unreadable.size() + conflicting.size() + across.size();
  for (const auto& split : splits) n += split.empty.empty() ? 0 : 1;
  for (const auto& [name, found] : leaks)
    n += found.trained_and_tested.size() + found.forget_and_retain.size();
  return static_cast<std::int64_t>(n);
}

Inspection inspect(const Dataset& dataset, int threads, const InspectionProgress& progress,
                   const std::vector<std::string>& forget) {
  Inspection out;
  out.notes = dataset.notes();
  const auto splits = dataset.splits();
  for (const auto& split : splits) out.splits.push_back(count(dataset, split));
  auto all = enumerate(dataset, splits);
  look_at_all(dataset, splits, all, threads, progress);
  for (const auto& seen : all)
    if (!seen.kind.empty()) ++out.kinds[seen.kind];
  Comparison comparison(dataset, splits, forget, out);
  std::map<std::string, std::vector<const Seen*>> by_hash;
  for (const auto& seen : all) {
    if (seen.hash.empty()) {
      const auto picture = comparison.at(seen);
      const bool named = !picture.file.empty() && seen.failure.starts_with(picture.file + ": ");
      out.unreadable.push_back(
          {picture, named ? seen.failure.substr(picture.file.size() + 2) : seen.failure});
    } else {
      by_hash[seen.hash].push_back(&seen);
    }
  }
  std::vector<const std::vector<const Seen*>*> groups;
  for (const auto& [hash, group] : by_hash)
    if (group.size() > 1) groups.push_back(&group);
  std::sort(groups.begin(), groups.end(),  // in the order of the files, not of their hashes
            [](const auto* a, const auto* b) { return a->front() < b->front(); });
  for (const auto* group : groups) comparison.add(*group);
  return out;
}

}  // namespace lacuna
