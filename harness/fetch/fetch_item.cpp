#include "fetch/fetch_item.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <thread>

#include "fetch/unpack.hpp"
#include "support/file_lock.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

// Whole trees are made safe at once; a call a file would take hours.
void sync_disk_of(const fs::path& folder) {
  const int descriptor =
      uninterrupted([&] { return open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
  if (descriptor < 0) return;
  uninterrupted([&] { return syncfs(descriptor); });
  close_descriptor(descriptor);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error(fmt::format("{}: cannot be made: {}", folder.string(), error.message()));
}

class Fetch {
 public:
  Fetch(const CatalogueFile& file, const fs::path& data, const FetchOptions& options)
      : file_(file),
        data_(data),
        options_(options),
        saved_(data / "downloads" / file.save_as),
        tree_(saved_.string() + ".unpacking") {}

  bool run() {
    if (all_there()) return false;
    if (file_.checksums.empty())
      throw ConfigError(
          fmt::format("{}: no checksum of it is published, so it is not taken on trust (name one "
                      "you trust: --checksum sha256:<64 hex digits>)",
                      file_.url));
    make_folder(saved_.parent_path());
    const auto lock = wait_for_lock();
    if (all_there()) return false;  // the other one did it
    if (!use_what_is_saved()) {
      check_space();
      download({file_.url, saved_, file_.bytes, file_.checksums}, options_.download);
    }
    if (file_.is_archive()) {
      unpack_and_move();
      if (!options_.keep_archives) fs::remove(saved_);
    } else {
      move_to_place(saved_, file_.to);
    }
    return true;
  }

 private:
  bool all_there() const {
    const auto places = file_.places();
    return std::all_of(places.begin(), places.end(),
                       [&](const std::string& place) { return fs::exists(data_ / place); });
  }

  FileLock wait_for_lock() const {
    const fs::path path = saved_.string() + ".lock";
    for (bool told = false;; told = true) {
      if (auto lock = FileLock::acquire(path)) return std::move(*lock);
      if (!told)
        options_.download.say(saved_.string() +
                              ": another lacuna fetch works on it; waiting until it is done");
      if (options_.download.interrupted()) throw FetchInterrupted();
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  bool use_what_is_saved() const {
    if (!fs::exists(saved_)) return false;
    try {
      options_.step("checking", 0, 0);
      verify(saved_, file_.checksums, options_.download.interrupted);
      return true;
    } catch (const FetchInterrupted&) {
      throw;
    } catch (const Error& error) {
      const fs::path bad = saved_.string() + ".bad";
      fs::rename(saved_, bad);
      options_.download.say(
          fmt::format("{} (moved to {}; downloading it anew)", error.what(), bad.string()));
      return false;
    }
  }

  // An archive needs its own size and, pictures hardly being compressed further, a little more than
  // that again for what is in it.
  void check_space() const {
    std::error_code error;
    const auto free = fs::space(saved_.parent_path(), error).available;
    if (error || file_.bytes == 0) return;
    const fs::path part = saved_.string() + ".part";
    const auto there = fs::exists(part) ? fs::file_size(part) : 0;
    const auto needed = file_.bytes - std::min<std::uint64_t>(there, file_.bytes) +
                        (file_.is_archive() ? file_.bytes + file_.bytes / 5 : 0) +
                        (file_.inner.empty() ? 0 : file_.bytes);
    if (needed > free)
      throw Error(
          fmt::format("{}: {} are free, but {} needs about {} (make room, or name another "
                      "folder with --data)",
                      data_.string(), bytes_text(free), file_.save_as, bytes_text(needed)));
  }

  void unpack_and_move() const {
    std::error_code ignored;
    fs::remove_all(tree_, ignored);  // of a process that was killed
    try {
      unpack_into(saved_, tree_ / "tree");
      auto root = tree_ / "tree";
      if (!file_.inner.empty()) {
        need(root / file_.inner, file_.inner);
        unpack_into(root / file_.inner, tree_ / "inner");
        root = tree_ / "inner";
      }
      const auto source = [&](const std::string& from) { return from == "." ? root : root / from; };
      for (const auto& [from, place] : file_.move) need(source(from), from);
      sync_disk_of(tree_);
      for (const auto& [from, place] : file_.move)
        if (!fs::exists(data_ / place)) move_to_place(source(from), place);
    } catch (...) {
      fs::remove_all(tree_, ignored);
      throw;
    }
    fs::remove_all(tree_, ignored);
  }

  void unpack_into(const fs::path& archive, const fs::path& folder) const {
    const auto size = fs::file_size(archive);
    unpack(archive, folder, [&](std::uint64_t at) {
      if (options_.download.interrupted()) throw FetchInterrupted();
      options_.step("unpacking", at, size);
    });
  }

  void need(const fs::path& path, const std::string& name) const {
    if (!fs::exists(path))
      throw Error(fmt::format("{}: '{}' is not in it (the catalogue expects it there)",
                              saved_.string(), name));
  }

  void move_to_place(const fs::path& from, const std::string& place) const {
    const auto to = data_ / place;
    make_folder(to.parent_path());
    std::error_code error;
    fs::rename(from, to, error);
    if (error)
      throw Error(
          fmt::format("{}: cannot be moved to {}: {} (downloads/ and the place must lie on "
                      "one disk)",
                      from.string(), to.string(), error.message()));
    sync_disk_of(to.parent_path());
  }

  const CatalogueFile& file_;
  const fs::path& data_;
  const FetchOptions& options_;
  fs::path saved_, tree_;
};

}  // namespace

bool fetch_file(const CatalogueFile& file, const fs::path& data, const FetchOptions& options) {
  return Fetch(file, data, options).run();
}

}  // namespace lacuna
