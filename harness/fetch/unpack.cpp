#include "fetch/unpack.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <memory>

#include "fetch/catalogue.hpp"
#include "lacuna/error.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

class Unpacker {
 public:
  Unpacker(const fs::path& path, const fs::path& folder,
           const std::function<void(std::uint64_t)>& read)
      : path_(path), folder_(folder), read_(read) {
    archive_read_support_filter_all(in_.get());
    archive_read_support_format_tar(in_.get());
    archive_read_support_format_gnutar(in_.get());
    archive_read_support_format_zip(in_.get());
    archive_write_disk_set_options(out_.get(), ARCHIVE_EXTRACT_SECURE_SYMLINKS);
  }

  void run() {
    check_in(archive_read_open_filename(in_.get(), path_.c_str(), 1 << 18));
    archive_entry* entry = nullptr;
    for (;;) {
      const int result = archive_read_next_header(in_.get(), &entry);
      if (result == ARCHIVE_EOF) break;
      check_in(result);
      if (!place(entry)) continue;
      check_out(archive_write_header(out_.get(), entry));
      copy_data();
      check_out(archive_write_finish_entry(out_.get()));
    }
    check_out(archive_write_close(out_.get()));
  }

 private:
  [[noreturn]] void fail(const std::string& reason) const {
    throw Error(fmt::format("{}: {}", path_.string(), reason));
  }

  void check_in(int result) const {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;
    const char* words = archive_error_string(in_.get());
    fail(fmt::format("is damaged, or no tar or zip archive: {}", words ? words : "cannot be read"));
  }

  void check_out(int result) const {
    if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return;
    const char* words = archive_error_string(out_.get());
    fail(fmt::format("cannot be unpacked to {}: {}", folder_.string(), words ? words : "failed"));
  }

  // Where an entry may lie, relative to the folder; empty for the folder itself.
  std::string inside(const char* name, const char* what) const {
    std::string path = name ? name : "";
    while (path.starts_with("./")) path.erase(0, 2);
    while (path.ends_with('/')) path.pop_back();
    if (path == "." || (path.empty() && name && *name)) return {};
    if (!is_safe_relative(path))
      fail(fmt::format("{} '{}' would lie outside the folder (nothing was unpacked)", what,
                       name ? name : ""));
    return path;
  }

  bool place(archive_entry* entry) const {
    const char* raw = archive_entry_pathname(entry);
    if (!raw) raw = archive_entry_pathname_utf8(entry);  // not to be had in this locale
    const auto name = inside(raw, "its entry");
    if (name.empty()) return false;
    const auto target = folder_ / name;
    if (const char* link = archive_entry_hardlink(entry)) {
      archive_entry_set_hardlink(entry, (folder_ / inside(link, "the link to")).c_str());
    } else if (archive_entry_filetype(entry) == AE_IFLNK) {
      const fs::path to = archive_entry_symlink(entry) ? archive_entry_symlink(entry) : "";
      const auto end = (fs::path(name).parent_path() / to).lexically_normal();
      if (to.is_absolute() || to.empty() || end.string().starts_with(".."))
        fail(fmt::format("its link '{}' leads out of the folder, to '{}' (nothing was unpacked)",
                         name, to.string()));
    } else if (archive_entry_filetype(entry) != AE_IFREG &&
               archive_entry_filetype(entry) != AE_IFDIR) {
      fail(fmt::format("its entry '{}' is neither a file nor a folder (nothing was unpacked)",
                       name));
    }
    archive_entry_set_perm(entry, archive_entry_filetype(entry) == AE_IFDIR ? 0755 : 0644);
    archive_entry_set_pathname(entry, target.c_str());
    return true;
  }

  void copy_data() {
    const void* bytes = nullptr;
    std::size_t n = 0;
    la_int64_t offset = 0;
    for (;;) {
      if (read_) read_(static_cast<std::uint64_t>(archive_filter_bytes(in_.get(), -1)));
      const int result = archive_read_data_block(in_.get(), &bytes, &n, &offset);
      if (result == ARCHIVE_EOF) return;
      check_in(result);
      if (archive_write_data_block(out_.get(), bytes, n, offset) < ARCHIVE_WARN)
        check_out(ARCHIVE_FATAL);
    }
  }

  using Archive = std::unique_ptr<archive, int (*)(archive*)>;
  fs::path path_, folder_;
  const std::function<void(std::uint64_t)>& read_;
  Archive in_{archive_read_new(), archive_read_free};
  Archive out_{archive_write_disk_new(), archive_write_free};
};

}  // namespace

void unpack(const fs::path& archive, const fs::path& folder,
            const std::function<void(std::uint64_t)>& read) {
  std::error_code error;
  if (!fs::create_directories(folder, error) || error)
    throw Error(fmt::format("{}: cannot be made: {}", folder.string(),
                            error ? error.message() : "it is there already"));
  try {
    // Without links in front: libarchive refuses to write through any.
    Unpacker(archive, fs::canonical(folder), read).run();
  } catch (...) {
    fs::remove_all(folder, error);
    throw;
  }
}

}  // namespace lacuna
