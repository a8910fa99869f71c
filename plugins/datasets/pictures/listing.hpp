// Finding folders, reading lists and drawing samples: what plugins of picture files share.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lacuna/dataset.hpp"
#include "lacuna/taxonomy.hpp"
#include "pictures/file_dataset.hpp"

namespace lacuna::pictures {

// Who complains, and where the data can be had: a sentence's end, as in "ILSVRC 2012 from
// https://…".
struct Source {
  std::string id;  // of the plugin
  std::string get;
};

// Of every root in turn, the first of `names` that exists below it; "" is the root itself.
std::optional<std::filesystem::path> find_path(const DataRoots& roots,
                                               const std::vector<std::string>& names);

// Throws ConfigError("<id>: <what> not found in <root>, … (get …; name the folder that holds it
// with --data DIR or LACUNA_DATA)").
[[noreturn]] void not_there(const Source& source, const std::string& what, const DataRoots& roots);

// find_path, or not_there with the names as `what`.
std::filesystem::path require_path(const DataRoots& roots, const std::vector<std::string>& names,
                                   const Source& source);

// What a folder directly holds, in byte order of the names.
struct Folder {
  std::vector<std::string> pictures;  // regular files whose name ends as a picture's (any case)
  std::vector<std::string> folders;
  std::int64_t others = 0;  // files that are neither
};
// An absent folder is an empty one. Throws ConfigError if it cannot be read.
Folder list_folder(const std::filesystem::path& folder);

// Ends in .jpg, .jpeg, .png, .gif, .bmp, .webp, .tif or .tiff, whatever the case. Hidden files do
// not: "._a.jpg" is what a Mac leaves beside a.jpg.
bool is_picture_name(const std::string& name);

// Lines without their ends (LF or CRLF); one final newline more or less makes no difference.
// Throws ConfigError if the file cannot be read.
std::vector<std::string> read_lines(const std::filesystem::path& file);

// Throws ConfigError naming the first line that differs from `names`.
void check_lines(const std::filesystem::path& file, const std::vector<std::string>& names);

// A row of the released lists of Tan & Gong: {"img_path", "coarse_label", "fine_label"}.
struct ListRow {
  std::string path;  // as written
  std::int64_t fine = 0;
};
// One JSON object a line. Throws ConfigError("<file>: line N: reason"): no JSON, a key missing, a
// name that `taxonomy` does not have, a coarse name that is not the parent of the fine one.
std::vector<ListRow> read_list(const std::filesystem::path& file, const Taxonomy& taxonomy);

// `count` of `names`, drawn without replacement and put back in their order; all of them if there
// are no more. The same for the same names, count and purpose, on every machine.
std::vector<std::string> sample(const std::vector<std::string>& names, std::int64_t count,
                                const std::string& purpose);

// Appends what a split lacks: "train: 198 pictures (the original has 19800)", "train: no pictures
// of 2 classes: Samoyed, keeshond". Nothing where it is complete.
void note_counts(FileListing& listing, const std::string& split, std::int64_t original);

}  // namespace lacuna::pictures
