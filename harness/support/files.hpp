// Files that appear whole or not at all, and JSON files with errors that name the file and the
// place.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"

namespace lacuna {

// Throws ConfigError("<path>: reason") if it cannot be read, is no regular file, or is longer than
// `most` bytes.
std::string read_file(const std::filesystem::path& path, std::uintmax_t most = kMostBinary);

// What could not be written, with the system's number of the reason.
class FileError : public Error {
 public:
  FileError(const std::string& message, int system) : Error(message), number(system) {}
  int number;
};

// Writes a temporary file in the same folder (temporary_beside), fsyncs it, renames it over
// `path`, fsyncs the folder. Creates missing parent folders. A reader, or a process killed at any
// instant, sees the old file or the new one. Throws FileError("<path>: reason"): no space, no
// permission.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
// The same for a file that is too large to be held: `body` hands its bytes over piece by piece.
// What it throws goes through, and no file appears.
using Write = std::function<void(std::string_view bytes)>;
void write_file_atomically(const std::filesystem::path& path,
                           const std::function<void(const Write& write)>& body);

// Throws ConfigError("<path>: line L, column C: reason"). Duplicate keys are refused, and more than
// kMostLevels levels of nesting. NaN cannot occur. What is no JSON but a pointer or a web page is
// said to be none of `expected`.
nlohmann::json read_json(const std::filesystem::path& path,
                         std::string_view expected = "a JSON file",
                         std::uintmax_t most = kMostText);

// Two-space indent, sorted keys, final newline; doubles in their shortest round-trip form. Atomic,
// as above.
void write_json(const std::filesystem::path& path, const nlohmann::json& json);

}  // namespace lacuna
