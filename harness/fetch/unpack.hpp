// Unpacks a downloaded archive into a folder of its own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

namespace lacuna {

// A tar (plain, gzip, bzip2, xz, zstd) or zip archive into `folder`, which must not exist and is
// made. Nothing is ever written outside it: absolute names, "..", links that lead out, devices and
// pipes are refused with the entry's name. Permissions and owners of the archive are not taken
// over. `read` is called with the bytes of the archive read so far and may throw to stop. Throws
// Error("<archive>: reason"); the folder is then not there.
void unpack(const std::filesystem::path& archive, const std::filesystem::path& folder,
            const std::function<void(std::uint64_t)>& read = {});

}  // namespace lacuna
