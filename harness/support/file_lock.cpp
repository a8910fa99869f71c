#include "support/file_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "lacuna/error.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {

std::optional<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  const auto fail = [&] {
    throw Error(fmt::format("{}: cannot be locked: {}", path.string(), std::strerror(errno)));
  };
  const int descriptor =
      uninterrupted([&] { return open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644); });
  if (descriptor < 0) fail();
  FileLock lock(descriptor);
  if (uninterrupted([&] { return flock(descriptor, LOCK_EX | LOCK_NB); }) == 0) return lock;
  if (errno == EWOULDBLOCK) return std::nullopt;
  if (errno != ENOSYS && errno != EOPNOTSUPP) fail();
  lock.excludes_ = false;
  return lock;
}

bool FileLock::is_held(const std::filesystem::path& path) {
  const int descriptor =
      uninterrupted([&] { return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK); });
  if (descriptor < 0) return false;
  const bool held = uninterrupted([&] { return flock(descriptor, LOCK_SH | LOCK_NB); }) != 0 &&
                    errno == EWOULDBLOCK;
  close_descriptor(descriptor);
  return held;
}

FileLock::FileLock(FileLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), excludes_(other.excludes_) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(excludes_, other.excludes_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close_descriptor(descriptor_);
}

}  // namespace lacuna
