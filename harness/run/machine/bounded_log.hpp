// A file that a process writes its output to, kept from filling the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lacuna {

inline constexpr std::uintmax_t kMostLog = 16 << 20;  // bytes that are kept

// The writer appends by itself (O_APPEND); whoever watches it cuts off what is too much. A file of
// earlier output counts with its length.
class BoundedLog {
 public:
  explicit BoundedLog(std::filesystem::path path, std::uintmax_t most = kMostLog);

  // Cuts the file back to `most` bytes. Several times a second, or it may grow far beyond.
  void trim();
  // The writer is gone: trims, and says in a last line how much was dropped, if anything was.
  void finish();
  // The last line that is there and not empty, at most 2,000 bytes of it.
  std::string last_line() const;

 private:
  std::filesystem::path path_;
  std::uintmax_t most_, dropped_ = 0;
};

}  // namespace lacuna
