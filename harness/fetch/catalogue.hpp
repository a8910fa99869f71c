// What `lacuna fetch` can bring: model weights and data sets by name, where each file is published,
// with which checksum, and where it goes (harness/fetch/catalogue.json).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fetch/checksum.hpp"
#include "lacuna/dataset.hpp"

namespace lacuna {

// All paths are relative: places to a data folder, sources to an archive's tree.
struct CatalogueFile {
  std::string url = {};
  std::string save_as = {};              // its name under downloads/
  std::uint64_t bytes = 0;               // 0: not published
  std::vector<Checksum> checksums = {};  // all must hold; empty: none is published
  std::string to = {};                   // where a plain file goes; empty: it is an archive
  std::string inner = {};                // the archive within the archive that is meant, if any
  // Of an unpacked archive: source -> place; "." is all of it.
  std::map<std::string, std::string> move = {};

  bool is_archive() const { return to.empty(); }
  std::vector<std::string> places() const;  // `to`, or the second halves of `move`
};

struct CatalogueItem {
  std::string name = {};  // "openai/ViT-L-14"; a dataset has its plugin's id
  std::string kind = {};  // "model", "vocabulary" or "dataset"
  std::string title = {}, home = {}, license = {};
  std::string checksums_from = {};        // who published them, in words
  std::vector<CatalogueFile> files = {};  // empty: it cannot be downloaded by a program
  std::string by_hand = {};               // then, what to do
  std::vector<std::string> needs = {};    // items without which it is of no use: brought along
  // Where all these are in one data folder, the item is; of each, one of the places will do.
  std::vector<std::vector<std::string>> holds = {};

  std::uint64_t bytes() const;  // to download; 0: not known
};

class Catalogue {
 public:
  // Throws ConfigError("<path>: items.<name>.<key>: reason"): unknown keys, unsafe paths, two files
  // of one name, an address that is neither https nor (if `allow_http`) http.
  static Catalogue read(const std::filesystem::path& path);
  // The one built in.
  static const Catalogue& builtin();

  const std::map<std::string, CatalogueItem>& items() const { return items_; }
  const CatalogueItem* find(const std::string& name) const;  // null: no such item
  // Throws ConfigError with the nearest name.
  const CatalogueItem& at(const std::string& name) const;

 private:
  std::map<std::string, CatalogueItem> items_;
  friend Catalogue catalogue_from(const std::string& source, const nlohmann::json& json,
                                  bool allow_http);
};

// `source` stands in front of every complaint.
Catalogue catalogue_from(const std::string& source, const nlohmann::json& json, bool allow_http);

// Whether it names a place under a folder: relative, without "..", empty parts, or control
// characters.
bool is_safe_relative(const std::string& path);

// Where the item lies, all of it in the first data folder that has it; empty if none has.
std::vector<std::filesystem::path> places_of(const CatalogueItem& item, const DataRoots& roots);

// One line: "lacuna fetch <name> --data <folder> (933 MB)", or what to do by hand.
std::string how_to_get(const CatalogueItem& item, const DataRoots& roots);

// "933 MB", "1.4 GB": decimal, as publishers give sizes.
std::string bytes_text(std::uint64_t bytes);

}  // namespace lacuna
