// Files that appear whole or not at all, and JSON files with errors that name the file and the place.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace lacuna {

// Throws ConfigError("<path>: reason") if it cannot be read.
std::string read_file(const std::filesystem::path& path);

// Writes a temporary file in the same folder (".<name>.<pid>-<n>.tmp"), fsyncs it, renames it over `path`, fsyncs the folder.
// Creates missing parent folders. A reader, or a process killed at any instant, sees the old file or the new one.
// Throws Error("<path>: reason"): no space, no permission.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes);
// The same for a file that is too large to be held: `body` hands its bytes over piece by piece. What it throws goes
// through, and no file appears.
using Write = std::function<void(std::string_view bytes)>;
void write_file_atomically(const std::filesystem::path& path, const std::function<void(const Write& write)>& body);

// Throws ConfigError("<path>: line L, column C: reason"). Duplicate keys are refused. NaN cannot occur.
nlohmann::json read_json(const std::filesystem::path& path);

// Two-space indent, sorted keys, final newline; doubles in their shortest round-trip form. Atomic, as above.
void write_json(const std::filesystem::path& path, const nlohmann::json& json);

}  // namespace lacuna
