// A file from an address onto the disk: as many requests as it takes, then its checksum.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fetch/checksum.hpp"
#include "fetch/transfer.hpp"

namespace lacuna {

struct DownloadOptions {
  double connect_seconds = 30, stall_seconds = 60;
  int retries = 5;        // tries in a row that bring nothing, besides the first
  double first_wait = 1;  // seconds before the first of them; doubles each time, to 60 at most
  std::function<bool()> interrupted = [] { return false; };
  std::function<void(std::uint64_t, std::uint64_t)> progress = [](auto, auto) {};
  std::function<void(const std::string&)> say = [](const auto&) {};  // a line for the user
};

struct Download {
  std::string url = {};
  std::filesystem::path file = {};       // where it ends up; "<file>.part" until it is checked
  std::uint64_t bytes = 0;               // 0: not known
  std::vector<Checksum> checksums = {};  // all must hold; not empty
};

// Goes on from "<file>.part". The file gets its name only once its checksums hold; one that is
// wrong is kept as "<file>.bad" (after a second, whole try if it had been put together from
// parts). Throws FetchInterrupted, or Error("<url>: reason") or Error("<path>: reason").
void download(const Download& what, const DownloadOptions& options);

// Error("<path>: reason") unless all of the checksums hold; names a web page or a Git LFS pointer
// that stands in the file's place. [bytes are read in one pass]
void verify(const std::filesystem::path& file, const std::vector<Checksum>& checksums,
            const std::function<bool()>& interrupted);

}  // namespace lacuna
