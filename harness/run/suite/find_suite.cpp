#include "run/suite/suite.hpp"
#include "support/share_folder.hpp"

namespace lacuna {

namespace fs = std::filesystem;

fs::path find_suite(const std::string& given) {
  if (fs::exists(given) || given.find('/') != std::string::npos || given.ends_with(".json"))
    return given;
  const auto folder = share_folder() / "suites";
  const auto file = folder / (given + ".json");
  // Canonical: in a build folder the suites are a link, and what they name lies beside their
  // source.
  if (fs::exists(file)) return fs::canonical(file);
  throw ConfigError(no_such("suite", given, names_in(folder)));
}

}  // namespace lacuna
