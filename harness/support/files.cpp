#include "support/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <set>

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

// "line L, column C" of a byte offset, both from 1.
std::string place(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = before.size() - (start == before.npos ? 0 : start + 1) + 1;
  return fmt::format("line {}, column {}", line, column);
}

// Feeds the parser and knows how far it has come: nlohmann's callbacks carry no position.
class Cursor {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  Cursor(const char* at, const char** seen) : at_(at), seen_(seen) {}
  reference operator*() const { return *at_; }
  Cursor& operator++() {
    *seen_ = ++at_;
    return *this;
  }
  Cursor operator++(int) {
    auto old = *this;
    ++*this;
    return old;
  }
  bool operator==(const Cursor& other) const { return at_ == other.at_; }

 private:
  const char* at_;
  const char** seen_;
};

// nlohmann says "[json.exception.parse_error.101] parse error at line 2, column 5: reason".
std::string reason_of(std::string text) {
  if (const auto at = text.find("column "); at != text.npos) {
    if (const auto colon = text.find(": ", at); colon != text.npos) return text.substr(colon + 2);
  }
  if (const auto bracket = text.find("] "); bracket != text.npos) return text.substr(bracket + 2);
  return text;
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

json read_json(const std::filesystem::path& path, std::string_view expected, std::uintmax_t most) {
  const auto text = read_download(path, expected, most);
  const char* seen = text.data();
  const auto error = [&](std::size_t offset, const std::string& reason) {
    return ConfigError(path.string() + ": " + place(text, offset) + ": " + reason);
  };
  if (const auto at = nested_too_deeply(text))
    throw error(*at, fmt::format("is nested more than {} levels deep", kMostLevels));
  std::vector<std::set<std::string>> keys;
  const auto refuse_duplicates = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second) {
      const auto end = static_cast<std::size_t>(seen - text.data());
      throw error(text.rfind('"', end < 2 ? 0 : end - 2), "duplicate key " + value.dump());
    }
    return true;
  };
  try {
    return json::parse(Cursor(text.data(), &seen), Cursor(text.data() + text.size(), &seen),
                       refuse_duplicates);
  } catch (const json::parse_error& e) {
    throw error(e.byte > 0 ? e.byte - 1 : 0, reason_of(e.what()));
  } catch (const json::exception& e) {
    // A number is known to have ended by the character after it.
    throw error(static_cast<std::size_t>(seen - text.data()) - 1, reason_of(e.what()));
  }
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
