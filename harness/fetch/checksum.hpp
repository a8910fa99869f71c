// Checksums as publishers of data give them: "sha256:<64 hex digits>" or "md5:<32 hex digits>".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace lacuna {

struct Checksum {
  std::string algorithm;  // "sha256" or "md5"
  std::string hex;        // lower case

  bool operator==(const Checksum&) const = default;
};

std::string to_string(const Checksum& checksum);  // "sha256:ab…"

// Throws ConfigError("'<text>': reason") for an unknown algorithm or anything but the right number
// of hex digits.
Checksum checksum_from(const std::string& text);

// The digests of a file's bytes by the given algorithms, in their order, in one pass. `chunk_read`
// is called with the bytes read so far and may throw to stop. Throws Error("<path>: reason").
std::vector<Checksum> checksums_of(const std::filesystem::path& path,
                                   const std::vector<std::string>& algorithms,
                                   const std::function<void(std::uint64_t)>& chunk_read = {});

}  // namespace lacuna
