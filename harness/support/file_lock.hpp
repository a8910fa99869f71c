// An exclusive lock on a file, between processes.
#pragma once

#include <filesystem>
#include <optional>

namespace lacuna {

// An exclusive lock on a file, held across processes until destroyed or until the process ends,
// however it ends. Children do not inherit it. Move-only.
class FileLock {
 public:
  // Nothing if someone else holds it. On a disk without locks everybody gets one that excludes
  // nobody: what is done under a lock must be right without it too. Throws Error("<path>: cannot be
  // locked: reason").
  static std::optional<FileLock> acquire(const std::filesystem::path& path);
  // Whether someone holds it now; a file that does not exist is not held.
  static bool is_held(const std::filesystem::path& path);

  bool excludes() const { return excludes_; }

  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
  bool excludes_ = true;
};

}  // namespace lacuna
