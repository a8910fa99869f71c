// Writes a zip archive of stored entries as PyTorch lays it out: data aligned to 64 bytes, ZIP64
// where it must be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.hpp"  // Write

namespace lacuna {

class ZipWriter {
 public:
  explicit ZipWriter(Write write) : write_(std::move(write)) {}
  // At most 4 GB each. The bytes are handed on before it returns.
  void add(const std::string& name, std::string_view bytes);
  // The directory. Nothing may be added afterwards.
  void finish();

 private:
  struct Entry {
    std::string name;
    std::uint32_t checksum = 0, size = 0;
    std::uint64_t offset = 0;
  };
  void put(std::string_view bytes);

  Write write_;
  std::uint64_t at_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace lacuna
