// Files and folders that a plugin's parameters name: their bytes can move numbers as well.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace lacuna {

class NamedContents {
 public:
  // Hashes by parameter: a word with '/' or '.' that names a file that is there, or one with '/'
  // that names a folder (of which the files directly in it count). A bare word is no path, whatever
  // lies in this folder. Each file is read once.
  std::map<std::string, std::string> of(const nlohmann::json& params);

 private:
  const std::string& hash(const std::string& path);  // empty for words that name no file

  std::map<std::string, std::string> hashes_;  // by path
};

}  // namespace lacuna
