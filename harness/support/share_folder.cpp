#include "support/share_folder.hpp"

#include <algorithm>

#include "lacuna/taxonomy.hpp"
#include "support/json_files.hpp"

namespace lacuna {

std::filesystem::path share_folder() {
  std::error_code ignored;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return program.parent_path().parent_path() / "share" / "lacuna";
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> out;
  for (const auto& file : json_files(folder)) out.push_back(file.stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

std::string no_such(const std::string& what, const std::string& given,
                    const std::vector<std::string>& known) {
  std::string list;
  for (const auto& name : known) list += (list.empty() ? "" : ", ") + name;
  return "'" + given + "': no such " + what + did_you_mean(given, known) +
         (known.empty() ? " (give the path of a " + what + " file)"
                        : " (known: " + list + "; or the path of a " + what + " file)");
}

}  // namespace lacuna
