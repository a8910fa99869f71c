#include "run/store.hpp"

#include <fmt/format.h>

#include "lacuna/error.hpp"
#include "support/failure.hpp"
#include "support/files.hpp"
#include "support/temporary_name.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

// A process killed while it wrote leaves ".<file>.<unique>.tmp"; one killed while it planned, a
// folder of its own. Their owners remove them as long as they live.
void remove_abandoned(const fs::path& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    const auto name = entry->path().filename().string();
    const bool temporary = name.starts_with(".") && name.ends_with(".tmp");
    if ((temporary || name.starts_with("plan-")) && is_abandoned(entry->path()))
      fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace

void Store::create() const {
  std::error_code unknown;
  if (fs::exists(folder_, unknown) && !fs::is_directory(folder_, unknown))
    throw ConfigError(folder_.string() + ": is a file (results need a folder)");
  for (const auto* name : {"plans", "cells", "predictions", "records", "logs", "work/locks",
                           "work/sets", "work/cells"}) {
    std::error_code error;
    fs::create_directories(folder_ / name, error);
    if (error)
      throw ConfigError(
          fmt::format("{}: cannot be made: {}", (folder_ / name).string(), error.message()));
    remove_abandoned(folder_ / name);
  }
  remove_left_sets();
}

void Store::remove_left_sets() const {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_ / "work" / "cells", ignored), end; entry != end;
       entry.increment(ignored)) {
    const auto name = entry->path().filename().string();
    if (!name.starts_with("set-")) continue;
    // On a disk without locks nobody knows whether somebody builds it now.
    const auto held = FileLock::acquire(lock(name));
    if (held && (held->excludes() || is_abandoned(entry->path())))
      fs::remove_all(entry->path(), ignored);
  }
}

std::optional<nlohmann::json> Store::read_cell(const std::string& key) const {
  std::error_code ignored;
  if (!fs::exists(cell(key), ignored)) return std::nullopt;
  try {
    auto stored = read_json(cell(key));
    const auto& version = stored.at("schema_version");
    if (version.is_number_integer() && version == 1 && stored.at("key") == key &&
        stored.at("status").is_string() &&
        (stored.at("status") == "ok" || stored.at("reason").is_string()))
      return stored;
  } catch (const ConfigError& error) {           // not JSON, or no file
    if (names_the_machine(error.what())) throw;  // it may be good all the same
  } catch (const nlohmann::json::exception&) {   // not ours
  }
  return std::nullopt;
}

}  // namespace lacuna
