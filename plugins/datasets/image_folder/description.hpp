// taxonomy.json: what a folder of pictures cannot say by itself. README.md has the format.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace lacuna::folder {

struct ClassEntry {
  std::string folder;
  std::string name;    // empty: not said
  std::string coarse;  // empty: not said
};

struct Description {
  std::filesystem::path file;
  std::vector<ClassEntry> classes;                                // in the file's order
  std::vector<std::string> coarse;                                // in label order; empty: not said
  std::vector<std::string> templates;                             // at least one
  std::map<std::string, std::vector<std::string>> forget_splits;  // class names
  std::map<std::string, std::vector<std::string>> splits;         // "<class folder>/<picture>"
};

// What the file says, or the defaults where there is none. Throws ConfigError("<file>: <place>:
// reason"): no JSON, an unknown, repeated or missing key, a wrong type, a prompt without one "{}".
// What only the folders can tell is checked later.
Description read_description(const std::filesystem::path& file);

// Throws ConfigError("<subject>: reason") unless `text` can be a name: not empty, UTF-8, no line
// breaks or other control characters, no space at either end.
void check_name(const std::string& text, const std::string& subject);

}  // namespace lacuna::folder
