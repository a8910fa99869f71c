#include <algorithm>

#include "run/suite.hpp"
#include "support/json_files.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> out;
  for (const auto& file : json_files(folder)) out.push_back(file.stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

fs::path find_suite(const std::string& given) {
  if (fs::exists(given) || given.find('/') != std::string::npos || given.ends_with(".json"))
    return given;
  std::error_code ignored;
  const auto program = fs::read_symlink("/proc/self/exe", ignored);
  const auto folder = program.parent_path().parent_path() / "share" / "lacuna" / "suites";
  const auto file = folder / (given + ".json");
  // Canonical: in a build folder the suites are a link, and what they name lies beside their
  // source.
  if (fs::exists(file)) return fs::canonical(file);
  const auto known = names_in(folder);
  std::string list;
  for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
  throw ConfigError("'" + given + "': no such suite" + did_you_mean(given, known) +
                    (known.empty() ? " (give the path of a suite file)"
                                   : " (known: " + list + "; or the path of a suite file)"));
}

}  // namespace lacuna
