#include "support/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "lacuna/error.hpp"
#include "support/temporary_name.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {

namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw FileError(path.string() + ": " + what + ": " + std::strerror(errno), errno);
}

// A file that is removed again unless it was renamed to where it belongs.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target) : target_(target) {
    path_ = temporary_beside(target);
    file_ = uninterrupted(
        [&] { return open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); });
    if (file_ < 0) fail(target_, "cannot be written");
  }
  ~TemporaryFile() {
    if (file_ >= 0) close_descriptor(file_);
    if (!renamed_) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto written =
          uninterrupted([&] { return ::write(file_, bytes.data(), bytes.size()); });
      if (written < 0) fail(target_, "cannot be written");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void finish() {
    if (uninterrupted([&] { return fsync(file_); }) != 0) fail(target_, "cannot be written");
    if (close_descriptor(std::exchange(file_, -1)) != 0) fail(target_, "cannot be written");
  }

  void rename() {
    if (uninterrupted([&] { return ::rename(path_.c_str(), target_.c_str()); }) != 0)
      fail(target_, "cannot be replaced");
    renamed_ = true;
  }

 private:
  std::filesystem::path target_, path_;
  int file_ = -1;
  bool renamed_ = false;
};

// The new name is only safe from a power cut once the folder is on the disk too.
void sync_folder(const std::filesystem::path& folder) {
  const int file =
      uninterrupted([&] { return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (file < 0) return;
  // Some file systems cannot; the file itself is whole anyway.
  uninterrupted([&] { return fsync(file); });
  close_descriptor(file);
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::uintmax_t most) {
  return read_regular_file(path, "a file", most);
}

void write_file_atomically(const std::filesystem::path& path, std::string_view bytes) {
  write_file_atomically(path, [&](const Write& write) { write(bytes); });
}

void write_file_atomically(const std::filesystem::path& path,
                           const std::function<void(const Write& write)>& body) {
  const auto folder = path.has_parent_path() ? path.parent_path() : ".";
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw FileError(path.string() + ": its folder cannot be made: " + error.message(),
                    error.value());
  TemporaryFile file(folder / path.filename());
  body([&](std::string_view bytes) { file.write(bytes); });
  file.finish();
  file.rename();
  sync_folder(folder);
}

void write_json(const std::filesystem::path& path, const json& value) {
  std::string text;
  try {
    text = value.dump(2) + "\n";
  } catch (const json::type_error&) {
    // Not repaired: what is handed over as a path has to stay what it is.
    throw ConfigError(path.string() +
                      ": cannot be written: a name or text that belongs there is not UTF-8 (rename "
                      "the file or folder)");
  }
  write_file_atomically(path, text);
}

}  // namespace lacuna
