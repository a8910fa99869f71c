#include "run_suite.hpp"

#include <regex>

#include "support/files.hpp"

namespace lacuna::testing {

using nlohmann::json;
namespace fs = std::filesystem;

Command run(const fs::path& suite, const fs::path& out, const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"run", suite.string(), "--out", out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return lacuna(arguments);
}

int processes_of(const Command& command) {
  std::smatch match;
  if (!std::regex_search(command.output, match, std::regex(" score in ([0-9]+) process"))) return 0;
  return std::stoi(match[1]);
}

json faulty(const std::string& how) {
  return {{"id", "faulty"}, {"label", how}, {"params", {{"how", how}}}};
}

Times times_in(const fs::path& folder) {
  Times out;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.is_regular_file())
      out[file.path().string()] = file.last_write_time().time_since_epoch().count();
  }
  return out;
}

Times under(const Times& times, const fs::path& folder) {
  Times out;
  for (const auto& [file, time] : times)
    if (file.starts_with(folder.string() + "/")) out[file] = time;
  return out;
}

json unlearned(const fs::path& out, const std::string& label) {
  return read_json(Store(out).result(Step::unlearn, planned_by_label(out).at(label).key));
}

}  // namespace lacuna::testing
