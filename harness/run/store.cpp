#include "run/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "lacuna/error.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

namespace lacuna {

std::optional<FileLock> FileLock::acquire(const std::filesystem::path& path) {
  const auto fail = [&] {
    throw Error(fmt::format("{}: cannot be locked: {}", path.string(), std::strerror(errno)));
  };
  const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) fail();
  FileLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) fail();
  return std::nullopt;
}

bool FileLock::is_held(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool held = flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(descriptor);
  return held;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

void Store::create() const {
  for (const auto* name : {"plans", "cells", "predictions", "records", "logs", "work/locks",
                           "work/sets", "work/cells"}) {
    std::error_code error;
    std::filesystem::create_directories(folder_ / name, error);
    if (error)
      throw ConfigError(
          fmt::format("{}: cannot be made: {}", (folder_ / name).string(), error.message()));
  }
}

std::optional<nlohmann::json> Store::read_cell(const std::string& key) const {
  if (!std::filesystem::exists(cell(key))) return std::nullopt;
  try {
    auto stored = read_json(cell(key));
    if (stored.at("schema_version") == 1 && stored.at("key") == key &&
        stored.at("status").is_string())
      return stored;
  } catch (const ConfigError&) {                // not JSON
  } catch (const nlohmann::json::exception&) {  // not ours
  }
  return std::nullopt;
}

bool Store::predictions_intact(const nlohmann::json& cell) const {
  if (!cell.contains("predictions")) return true;
  const auto path = predictions(cell.at("key"));
  return std::filesystem::exists(path) && sha256_file(path) == cell.at("predictions").at("sha256");
}

}  // namespace lacuna
