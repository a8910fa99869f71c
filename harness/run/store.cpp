#include "run/store.hpp"

#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <cstring>
#include <utility>

#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace lacuna {
namespace {

// Whether `name` carries the number of a process, after the last `mark`, that does not exist any
// more.
bool left_behind(const std::string& name, char mark) {
  const auto at = name.find_last_of(mark);
  if (at == std::string::npos) return false;
  pid_t process = 0;
  const auto* begin = name.data() + at + 1;
  if (std::from_chars(begin, name.data() + name.size(), process).ec != std::errc() || process <= 0)
    return false;
  return kill(process, 0) != 0 && errno == ESRCH;
}

// A process killed while it wrote leaves ".<file>.<process>-<n>.tmp"; one killed while it planned,
// a folder of its own.
void remove_left_behind(const std::filesystem::path& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    const auto name = entry.path().filename().string();
    const bool temporary = name.starts_with(".") && name.ends_with(".tmp") &&
                           left_behind(name.substr(0, name.size() - std::strlen(".tmp")), '.');
    if (temporary || (name.starts_with("plan-") && left_behind(name, '-'))) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
  }
}

}  // namespace

void Store::create() const {
  for (const auto* name : {"plans", "cells", "predictions", "records", "logs", "work/locks",
                           "work/sets", "work/cells"}) {
    std::error_code error;
    std::filesystem::create_directories(folder_ / name, error);
    if (error)
      throw ConfigError(
          fmt::format("{}: cannot be made: {}", (folder_ / name).string(), error.message()));
    remove_left_behind(folder_ / name);
  }
}

std::optional<nlohmann::json> Store::read_cell(const std::string& key) const {
  try {
    auto stored = read_json(cell(key));
    const auto& version = stored.at("schema_version");
    if (version.is_number_integer() && version == 1 && stored.at("key") == key &&
        stored.at("status").is_string())
      return stored;
  } catch (const ConfigError&) {                // not there, or not JSON
  } catch (const nlohmann::json::exception&) {  // not ours
  }
  return std::nullopt;
}

}  // namespace lacuna
