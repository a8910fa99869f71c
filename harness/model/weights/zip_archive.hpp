// The zip archive a PyTorch file is: stored entries found through the central directory, every
// offset checked first.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace lacuna {

// A strict reader of what PyTorch writes: one disk, no encryption, nothing before the first entry
// or after the end record (ZIP64 or not), local headers that agree with the central directory, no
// two entries over the same bytes. Compressed entries (a TorchScript archive's code) may be there
// and are never read. Refers to the bytes it was given.
class ZipArchive {
 public:
  struct Entry {
    std::uint64_t begin = 0, size = 0;  // bytes of the file
    std::uint32_t checksum = 0;         // CRC-32
    bool stored = true;                 // not compressed
  };

  // Throws ConfigError("reason").
  explicit ZipArchive(std::string_view file);

  const std::map<std::string, Entry>& entries() const { return entries_; }

  // The bytes of a stored entry, its checksum compared. Throws ConfigError("<name>: reason").
  std::string_view read(const std::string& name) const;

 private:
  std::string_view file_;
  std::map<std::string, Entry> entries_;
};

}  // namespace lacuna
