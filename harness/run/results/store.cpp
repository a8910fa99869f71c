#include "run/results/store.hpp"

#include <fmt/format.h>

#include "lacuna/error.hpp"
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
  for (const auto* name : {"plans", "unlearn", "predict", "score", "records", "logs", "weights",
                           "work/locks", "work/sets", "work/jobs"}) {
    std::error_code error;
    fs::create_directories(folder_ / name, error);
    if (error)
      throw ConfigError(
          fmt::format("{}: cannot be made: {}", (folder_ / name).string(), error.message()));
    remove_abandoned(folder_ / name);
  }
  remove_left_work();
}

// A killed run leaves what its workers were making. Of work that somebody holds the lock of, all is
// in use.
void Store::remove_left_work() const {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder_ / "work" / "jobs", ignored), end; entry != end;
       entry.increment(ignored)) {
    const auto name = entry->path().filename().string();
    if (name.starts_with("plan-")) continue;  // removed above, when they are old
    // On a disk without locks nobody knows whether somebody works there now.
    const auto held = FileLock::acquire(lock(name));
    if (held && (held->excludes() || is_abandoned(entry->path())))
      fs::remove_all(entry->path(), ignored);
  }
}

}  // namespace lacuna
