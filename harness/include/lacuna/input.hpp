// Reading what a user supplies: never waits for a pipe, never fills the memory, never the stack.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "lacuna/abi.hpp"

namespace lacuna {

// The longest files that are read whole, in bytes, by what they are.
inline constexpr std::uintmax_t kMostText = 64 << 20;      // JSON, lists, merges
inline constexpr std::uintmax_t kMostPicture = 256 << 20;  // and MATLAB files
inline constexpr std::uintmax_t kMostBinary = 1 << 30;     // programs, records, our own plans

// A regular file, open for reading for as long as this lives.
class LACUNA_EXPORT RegularFile {
 public:
  // Throws ConfigError("reason"), without the path: it cannot be opened; it is a folder, a pipe, a
  // device or a socket; it is longer than `most` bytes. `expected` is what the message says would
  // be right ("a picture").
  RegularFile(const std::filesystem::path& path, std::string_view expected,
              std::uintmax_t most = std::numeric_limits<std::uintmax_t>::max());
  ~RegularFile();
  RegularFile(const RegularFile&) = delete;
  RegularFile& operator=(const RegularFile&) = delete;

  int descriptor() const { return file_; }
  std::uintmax_t size() const { return size_; }  // when it was opened

  // All of it from the beginning, also where the system calls its size 0 (/proc). Throws
  // ConfigError("reason"): an error while reading, more than `most` bytes.
  std::string read() const;
  // The next bytes, as many as there are up to the length of `chunk`; 0 at the end. Throws
  // ConfigError("reason"): an error while reading.
  std::size_t next(std::span<char> chunk) const;
  // The first `most` bytes, fewer where there are no more or they cannot be read: what tells the
  // kind of a file.
  std::string beginning(std::size_t most) const;

 private:
  std::string expected_;
  std::uintmax_t most_ = 0, size_ = 0;
  int file_ = -1;
};

// The bytes of a regular file. Throws ConfigError("<path>: reason"), as above.
LACUNA_EXPORT std::string read_regular_file(const std::filesystem::path& path,
                                            std::string_view expected, std::uintmax_t most);

// The same of a file that came by a download: what refuse_impostors() refuses is refused.
LACUNA_EXPORT std::string read_download(const std::filesystem::path& path,
                                        std::string_view expected, std::uintmax_t most);

// Throws ConfigError("reason") if a file with this beginning is a Git-LFS pointer or an HTML page,
// as a download gone wrong leaves them under a good name. `what` is what the file should hold ("the
// weights").
LACUNA_EXPORT void refuse_impostors(std::string_view start, std::string_view what);

// Where in a JSON text objects and lists are nested more than kMostLevels deep; nothing if they
// never are. To be asked before a text is parsed: values nested 100,000 deep overflow the stack of
// whoever copies or writes them.
inline constexpr std::size_t kMostLevels = 100;
LACUNA_EXPORT std::optional<std::size_t> nested_too_deeply(std::string_view json);

// A JSON text; discarded (is_discarded()) where it is none, or nested more than kMostLevels deep.
template <class Json = nlohmann::json>
Json parse_json(std::string_view text) {
  if (nested_too_deeply(text)) return Json(Json::value_t::discarded);
  return Json::parse(text, nullptr, /*allow_exceptions=*/false);
}

}  // namespace lacuna
