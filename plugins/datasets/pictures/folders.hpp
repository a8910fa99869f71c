// Finding a data set's folder on disk and listing what lies in it, the same on every file system.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "pictures/file_dataset.hpp"
#include "pictures/listing.hpp"

namespace lacuna::pictures {

// Of every root in turn, the first `root/spelling` that holds all of `markers` (files or folders);
// "" is the root itself. Throws ConfigError: a folder that holds only some of them, which says what
// it lacks; none at all, as not_there().
std::filesystem::path find_folder(const DataRoots& roots, const Source& source,
                                  const std::vector<std::string>& spellings,
                                  const std::vector<std::string>& markers);

// What lies directly in a folder: names in byte order. Links are followed.
struct Contents {
  std::vector<std::string> pictures;  // by is_picture_name()
  std::vector<std::string> folders;
  std::vector<std::string> others;  // .DS_Store, Thumbs.db, lists, hidden files, what is neither
};

// Throws ConfigError("<folder>: reason") if it is missing or cannot be read. Hidden folders (".x")
// and __MACOSX are among `others`.
Contents contents_of(const std::filesystem::path& folder);

// "a, b, c", at most ten of them, then "…".
std::string some_of(const std::vector<std::string>& names);

// Counts what was passed over, for Dataset::notes().
class Ignored {
 public:
  void add(const std::filesystem::path& folder, const std::vector<std::string>& names);
  // "ignored: 3 files that are no pictures (.DS_Store, …)", or nothing where nothing was.
  void note(std::vector<std::string>& notes) const;

 private:
  std::size_t count_ = 0;
  std::vector<std::string> some_;
};

}  // namespace lacuna::pictures
