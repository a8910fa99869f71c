// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "lacuna/error.hpp"
#include "lacuna/json_view.hpp"  // read_json

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

// Two-space indent, sorted keys, final newline; doubles in their shortest round-trip form. Atomic,
// as above.
void write_json(const std::filesystem::path& path, const nlohmann::json& json);

}  // namespace lacuna
