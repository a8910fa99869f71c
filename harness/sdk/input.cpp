#include "lacuna/input.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lacuna/error.hpp"

namespace lacuna {
namespace {

std::string kind_of(mode_t mode) {
  if (S_ISDIR(mode)) return "a folder";
  if (S_ISFIFO(mode)) return "a pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

std::string too_long(std::uintmax_t most, const std::string& expected) {
  return "is longer than " + std::to_string(most) + " bytes (" + expected + " is shorter)";
}

[[noreturn]] void cannot_be_read() {
  throw ConfigError(std::string("cannot be read: ") + std::strerror(errno));
}

}  // namespace

RegularFile::RegularFile(const std::filesystem::path& path, std::string_view expected,
                         std::uintmax_t most)
    : expected_(expected), most_(most) {
  // Asked before it is opened as well: opening a device may do something, and a socket cannot be.
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode))
    throw ConfigError("is " + kind_of(status.st_mode) + " (expected " + expected_ + ")");
  do file_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  while (file_ < 0 && errno == EINTR);
  if (file_ < 0) cannot_be_read();
  const bool known = ::fstat(file_, &status) == 0;
  const auto error = errno;
  const auto refuse = [&](const std::string& reason) {
    ::close(file_);
    throw ConfigError(reason);
  };
  if (!known) refuse(std::string("cannot be read: ") + std::strerror(error));
  if (!S_ISREG(status.st_mode))
    refuse("is " + kind_of(status.st_mode) + " (expected " + expected_ + ")");
  size_ = static_cast<std::uintmax_t>(status.st_size);
  if (size_ > most_) refuse(too_long(most_, expected_));
}

RegularFile::~RegularFile() { ::close(file_); }

std::string RegularFile::read() const {
  // More than there should be: a file may grow meanwhile, and those in /proc all have size 0.
  std::string bytes(std::max<std::size_t>(static_cast<std::size_t>(size_) + 1, 4096), '\0');
  std::size_t at = 0;
  while (true) {
    if (at == bytes.size()) bytes.resize(2 * at);
    const auto got = ::pread(file_, bytes.data() + at, bytes.size() - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot_be_read();
    at += static_cast<std::size_t>(got);
    if (at > most_) throw ConfigError(too_long(most_, expected_));
    if (got == 0) break;
  }
  bytes.resize(at);
  return bytes;
}

std::size_t RegularFile::next(std::span<char> chunk) const {
  while (true) {
    const auto got = ::read(file_, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) cannot_be_read();
    return static_cast<std::size_t>(got);
  }
}

std::string RegularFile::beginning(std::size_t most) const {
  std::string bytes(most, '\0');
  ssize_t got;
  do got = ::pread(file_, bytes.data(), bytes.size(), 0);
  while (got < 0 && errno == EINTR);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

std::string read_regular_file(const std::filesystem::path& path, std::string_view expected,
                              std::uintmax_t most) {
  try {
    return RegularFile(path, expected, most).read();
  } catch (const ConfigError& error) {
    throw ConfigError(path.string() + ": " + error.what());
  }
}

std::string read_download(const std::filesystem::path& path, std::string_view expected,
                          std::uintmax_t most) {
  auto bytes = read_regular_file(path, expected, most);
  try {
    refuse_impostors(bytes, expected);
  } catch (const ConfigError& error) {
    throw ConfigError(path.string() + ": " + error.what());
  }
  return bytes;
}

void refuse_impostors(std::string_view start, std::string_view what) {
  if (start.starts_with("version https://git-lfs"))
    throw ConfigError("is a Git-LFS pointer, not " + std::string(what) +
                      " (run 'git lfs pull', or download the file itself)");
  start = start.substr(0, 512);
  start.remove_prefix(std::min(start.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), start.size()));
  std::string lower(start.substr(0, 16));
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  if (lower.starts_with("<!doctype") || lower.starts_with("<html"))
    throw ConfigError("is an HTML page, not " + std::string(what) +
                      " (the download was answered with a web page)");
}

std::optional<std::size_t> nested_too_deeply(std::string_view json) {
  std::size_t levels = 0;
  bool text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (text) {
      if (c == '\\') ++i;
      if (c == '"') text = false;
    } else if (c == '"') {
      text = true;
    } else if (c == '{' || c == '[') {
      if (++levels > kMostLevels) return i;
    } else if ((c == '}' || c == ']') && levels > 0) {
      --levels;
    }
  }
  return {};
}

}  // namespace lacuna
