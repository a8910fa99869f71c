#include "run/jobs/named_contents.hpp"

#include <filesystem>

#include "support/hash.hpp"
#include "support/safe_text.hpp"

namespace lacuna {

std::map<std::string, std::string> NamedContents::of(const nlohmann::json& params) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : params.items()) {
    if (!value.is_string()) continue;
    if (const auto& found = hash(value.get<std::string>()); !found.empty()) out[name] = found;
  }
  return out;
}

const std::string& NamedContents::hash(const std::string& path) {
  const auto [found, is_new] = hashes_.try_emplace(path);
  if (!is_new || path.find_first_of("/.") == path.npos) return found->second;
  std::error_code error;
  if (std::filesystem::is_regular_file(path, error)) {
    found->second = sha256_file(path);
  } else if (path.find('/') != path.npos && std::filesystem::is_directory(path, error)) {
    std::map<std::string, std::string> files;
    for (const auto& file : std::filesystem::directory_iterator(path, error))
      if (file.is_regular_file(error))
        files[file.path().filename().string()] = sha256_file(file.path());
    found->second = sha256(json_text(nlohmann::json(files), -1));
  }
  return found->second;
}

}  // namespace lacuna
