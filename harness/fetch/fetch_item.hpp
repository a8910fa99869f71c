// Brings what the catalogue names into a data folder: download, check, unpack, put in place.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "fetch/catalogue.hpp"
#include "fetch/download.hpp"

namespace lacuna {

struct FetchOptions {
  DownloadOptions download = {};
  bool keep_archives = false;  // leave them in downloads/ once they are unpacked
  // Something that takes a while has begun, or has come so far: what, at, of (0: not known).
  std::function<void(const std::string&, std::uint64_t, std::uint64_t)> step = [](const auto&, auto,
                                                                                  auto) {};
};

// Makes every place of `file` exist under `data`; places that do are left as they are. Goes over
// <data>/downloads/: an archive that lies there already, put there by hand perhaps, is checked and
// used. Waits while another process works on the same file. False if there was nothing to do.
// Killed at any instant, the next call goes on; a place exists whole or not at all. Throws
// ConfigError if no checksum is known; FetchInterrupted; Error with the address or path in front.
bool fetch_file(const CatalogueFile& file, const std::filesystem::path& data,
                const FetchOptions& options);

}  // namespace lacuna
