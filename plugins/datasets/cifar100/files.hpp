// The four files of CIFAR-100's binary version: found, checked, mapped into memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lacuna/lacuna.hpp"

namespace lacuna::cifar {

inline constexpr int kSide = 32;
inline constexpr std::int64_t kPixels = kSide * kSide;
inline constexpr std::int64_t kRecordBytes =
    2 + 3 * kPixels;  // coarse, fine, then R, G and B planes

// One .bin file, mapped read-only.
class Records {
 public:
  // Throws ConfigError unless the file is `expected` whole records long (any positive number if
  // `allow_partial`).
  Records(std::filesystem::path path, std::int64_t expected, bool allow_partial);
  ~Records();
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  std::int64_t count() const { return bytes_ / kRecordBytes; }
  int coarse(std::int64_t i) const { return data_[i * kRecordBytes]; }
  int fine(std::int64_t i) const { return data_[i * kRecordBytes + 1]; }
  const std::uint8_t* planes(std::int64_t i) const { return data_ + i * kRecordBytes + 2; }
  const std::filesystem::path& path() const { return path_; }

  // Lower-case hex; computed once a process for one file.
  std::string sha256() const;

 private:
  std::filesystem::path path_;
  std::int64_t bytes_ = 0;
  const std::uint8_t* data_ = nullptr;
};

// All four files, consistent with each other.
struct Archive {
  std::filesystem::path folder;
  std::unique_ptr<Records> train, test;
  Taxonomy taxonomy;
};

// Looks in each data root for cifar100/, cifar100/cifar-100-binary/, cifar-100-binary/ and the root
// itself. Throws ConfigError:
// no such folder, a missing file, a wrong size, a label out of range, a fine label under two coarse
// ones, bad name lists.
Archive open(const DataRoots& roots, bool allow_partial);

// Replaces the files' fine names by the published ones; `underscores` as torchvision writes them.
// Throws ConfigError naming the line of fine_label_names.txt that is no spelling of the published
// name: another order would give every picture a wrong name.
void rename(Archive& archive, bool underscores);

}  // namespace lacuna::cifar
