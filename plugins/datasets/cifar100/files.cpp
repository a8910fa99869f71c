#include "files.hpp"

#include <openssl/evp.h>
#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <sstream>
#include <tuple>
#include <utility>

#include "lacuna/input.hpp"
#include "names.hpp"

namespace lacuna::cifar {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 4> kFiles = {"train.bin", "test.bin", "fine_label_names.txt",
                                               "coarse_label_names.txt"};
constexpr std::int64_t kTrain = 50000, kTest = 10000;
constexpr std::size_t kFine = 100, kCoarse = 20;

fs::path find_folder(const DataRoots& roots) {
  for (const fs::path& root : roots.folders) {
    for (const fs::path& folder : {root / "cifar100", root / "cifar100" / "cifar-100-binary",
                                   root / "cifar-100-binary", root}) {
      // The name lists are common words for files; only the records say that this is the place.
      const bool here = fs::exists(folder / "train.bin") || fs::exists(folder / "test.bin");
      if (!here) continue;
      for (const char* file : kFiles) {
        if (!fs::exists(folder / file)) {
          throw ConfigError((folder / file).string() +
                            ": missing (CIFAR-100's binary version has train.bin, test.bin, "
                            "fine_label_names.txt and coarse_label_names.txt)");
        }
      }
      return folder;
    }
  }
  return roots.find("cifar100/train.bin").parent_path();  // throws, naming every folder tried
}

std::vector<std::string> read_names(const fs::path& path, std::size_t expected) {
  std::istringstream in(read_download(path, "a list of names", kMostText));
  std::vector<std::string> names;
  for (std::string line; std::getline(in, line);) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
    std::replace(line.begin(), line.end(), '_', ' ');
    if (!line.empty()) names.push_back(std::move(line));
  }
  if (names.size() != expected) {
    throw ConfigError(path.string() + ": " + std::to_string(names.size()) + " names (" +
                      std::to_string(expected) + " expected)");
  }
  return names;
}

std::string quoted(const std::vector<std::string>& names, std::int64_t label) {
  return "'" + names[static_cast<std::size_t>(label)] + "'";
}

// Checks every label of a file; fills in the parents seen for the first time.
void learn_parents(const Records& records, Taxonomy& taxonomy) {
  for (std::int64_t i = 0; i < records.count(); ++i) {
    const auto coarse = records.coarse(i), fine = records.fine(i);
    const auto where = [&] { return records.path().string() + ": record " + std::to_string(i); };
    if (static_cast<std::size_t>(coarse) >= kCoarse) {
      throw ConfigError(where() + ": coarse label " + std::to_string(coarse) +
                        " is out of range (0 to 19)");
    }
    if (static_cast<std::size_t>(fine) >= kFine) {
      throw ConfigError(where() + ": fine label " + std::to_string(fine) +
                        " is out of range (0 to 99)");
    }
    auto& parent = taxonomy.parent[static_cast<std::size_t>(fine)];
    if (parent < 0) parent = coarse;
    if (parent != coarse) {
      throw ConfigError(where() + ": " + quoted(taxonomy.fine, fine) + " is under " +
                        quoted(taxonomy.coarse, coarse) + " here and under " +
                        quoted(taxonomy.coarse, parent) +
                        " before (a fine class has one coarse class)");
    }
  }
}

// Open, and no pointer to the file either.
std::unique_ptr<RegularFile> open_records(const fs::path& path) {
  try {
    auto file = std::make_unique<RegularFile>(path, "a file of CIFAR-100's records", kMostBinary);
    refuse_impostors(file->beginning(64), "the records");
    return file;
  } catch (const ConfigError& error) {
    throw ConfigError(path.string() + ": " + error.what());
  }
}

std::string hash_file(const std::uint8_t* data, std::int64_t bytes) {
  std::array<unsigned char, 32> digest{};
  if (EVP_Digest(data, static_cast<std::size_t>(bytes), digest.data(), nullptr, EVP_sha256(),
                 nullptr) != 1) {
    throw Error("cifar100: SHA-256 failed");
  }
  constexpr const char* digits = "0123456789abcdef";
  std::string hex;
  for (const unsigned char byte : digest) hex += {digits[byte >> 4], digits[byte & 15]};
  return hex;
}

}  // namespace

Records::Records(fs::path path, std::int64_t expected, bool allow_partial)
    : path_(std::move(path)) {
  const auto file = open_records(path_);
  bytes_ = static_cast<std::int64_t>(file->size());
  const std::string size = path_.string() + ": " + std::to_string(bytes_) + " bytes";
  const std::string wanted = std::to_string(expected * kRecordBytes) +
                             " expected: " + std::to_string(expected) + " records of 3074 bytes";
  if (bytes_ == 0 || bytes_ % kRecordBytes != 0) {
    throw ConfigError(size + " are no whole number of records (" + wanted +
                      "; is the file cut short, or not the binary version?)");
  }
  if (count() != expected && !allow_partial) {
    throw ConfigError(size + " hold " + std::to_string(count()) + " records (" + wanted +
                      "; set allow_partial to use a part of CIFAR-100)");
  }
  void* mapped = ::mmap(nullptr, static_cast<std::size_t>(bytes_), PROT_READ, MAP_PRIVATE,
                        file->descriptor(), 0);
  if (mapped == MAP_FAILED) {
    throw ConfigError(path_.string() + ": cannot be mapped: " + std::strerror(errno));
  }
  data_ = static_cast<const std::uint8_t*>(mapped);
}

Records::~Records() {
  ::munmap(const_cast<std::uint8_t*>(data_), static_cast<std::size_t>(bytes_));
}

std::string Records::sha256() const {
  static std::mutex mutex;
  static std::map<std::tuple<fs::path, std::int64_t, fs::file_time_type>, std::string> known;
  const std::lock_guard lock(mutex);
  auto& hash = known[{fs::weakly_canonical(path_), bytes_, fs::last_write_time(path_)}];
  if (hash.empty()) hash = hash_file(data_, bytes_);
  return hash;
}

Archive open(const DataRoots& roots, bool allow_partial) {
  const fs::path folder = find_folder(roots);
  Archive archive;
  archive.folder = folder;
  auto& taxonomy = archive.taxonomy;
  taxonomy.fine = read_names(folder / "fine_label_names.txt", kFine);
  taxonomy.coarse = read_names(folder / "coarse_label_names.txt", kCoarse);
  taxonomy.parent.assign(kFine, -1);
  archive.train = std::make_unique<Records>(folder / "train.bin", kTrain, allow_partial);
  archive.test = std::make_unique<Records>(folder / "test.bin", kTest, allow_partial);
  learn_parents(*archive.train, taxonomy);
  learn_parents(*archive.test, taxonomy);
  for (std::size_t fine = 0; fine < kFine; ++fine) {
    if (taxonomy.parent[fine] < 0) {
      throw ConfigError(archive.train->path().string() + ": no picture of '" + taxonomy.fine[fine] +
                        "' here nor in test.bin, so its coarse class is unknown");
    }
  }
  validate(taxonomy, folder.string());
  return archive;
}

void rename(Archive& archive, bool underscores) {
  for (std::size_t i = 0; i < kFine; ++i) {
    auto& name = archive.taxonomy.fine[i];
    std::string published = kClipNames[i];
    if (name != published && name + " tree" != published) {  // some copies say "maple"
      throw ConfigError((archive.folder / "fine_label_names.txt").string() + ": line " +
                        std::to_string(i + 1) + ": '" + name + "' (expected '" + published +
                        "' or its spelling with '_', for published names)");
    }
    if (underscores) std::replace(published.begin(), published.end(), ' ', '_');
    name = std::move(published);
  }
}

}  // namespace lacuna::cifar
