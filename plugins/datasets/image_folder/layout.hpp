// The pictures below a folder, in either of two layouts, and how they are split.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "description.hpp"

namespace lacuna::folder {

struct Picture {
  std::string class_folder;
  std::string path;  // relative to the root, with '/'
};

struct Layout {
  std::vector<std::string> classes;                    // folders, in byte order
  std::map<std::string, std::vector<Picture>> splits;  // by class, then by name
  std::vector<std::string> notes;
};

// Which share of <class>/… goes to the split "test", and which pictures.
struct Draw {
  double fraction = 0.2;
  std::int64_t seed = 0;
};

// <split>/<class>/<picture>, or <class>/<picture>: split by the description's lists or, without
// them, drawn. Which layout it is, the pictures say: they lie in class folders. Throws ConfigError:
// no pictures, both layouts at once, a class without pictures, one too small to be split, lists of
// the description that name what is not there or name a picture twice.
Layout find_pictures(const std::filesystem::path& root, const Description& description,
                     const Draw& draw);

}  // namespace lacuna::folder
