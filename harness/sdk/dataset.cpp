#include "lacuna/dataset.hpp"

#include "lacuna/error.hpp"

namespace lacuna {

Dataset::~Dataset() = default;

std::filesystem::path Dataset::file(const std::string&, std::int64_t) const { return {}; }

std::filesystem::path DataRoots::find(const std::filesystem::path& relative) const {
  std::string tried;
  for (const auto& folder : folders) {
    auto path = folder / relative;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
    tried += (tried.empty() ? "" : ", ") + folder.string();
  }
  throw ConfigError(relative.string() + ": not found in " +
                    (tried.empty() ? "any data folder: none was given" : tried) +
                    " (name the folder that holds it with --data DIR or LACUNA_DATA)");
}

}  // namespace lacuna
