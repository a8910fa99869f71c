// Archives made for tests, the harmful ones included.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lacuna::testing {

struct Entry {
  enum class Kind { file, folder, symlink, hardlink, pipe };
  std::string name = {};
  std::string content = {};  // of a link: where it leads
  Kind kind = Kind::file;
  int mode = 0644;
};

// By its ending: .zip, .tar or .tar.gz.
void write_archive(const std::filesystem::path& path, const std::vector<Entry>& entries);

}  // namespace lacuna::testing
