#include "archives.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <catch2/catch_test_macros.hpp>
#include <memory>

namespace lacuna::testing {
namespace {

unsigned type_of(Entry::Kind kind) {
  switch (kind) {
    case Entry::Kind::folder:
      return AE_IFDIR;
    case Entry::Kind::symlink:
      return AE_IFLNK;
    case Entry::Kind::pipe:
      return AE_IFIFO;
    default:
      return AE_IFREG;
  }
}

}  // namespace

void write_archive(const std::filesystem::path& path, const std::vector<Entry>& entries) {
  std::filesystem::create_directories(path.parent_path());
  const std::unique_ptr<archive, int (*)(archive*)> out(archive_write_new(), archive_write_free);
  if (path.extension() == ".zip") {
    archive_write_set_format_zip(out.get());
  } else {
    archive_write_set_format_pax_restricted(out.get());
  }
  if (path.extension() == ".gz") archive_write_add_filter_gzip(out.get());
  REQUIRE(archive_write_open_filename(out.get(), path.c_str()) == ARCHIVE_OK);
  for (const auto& one : entries) {
    const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                         archive_entry_free);
    archive_entry_set_pathname(entry.get(), one.name.c_str());
    archive_entry_set_filetype(entry.get(), type_of(one.kind));
    archive_entry_set_perm(entry.get(), static_cast<unsigned>(one.mode));
    if (one.kind == Entry::Kind::symlink)
      archive_entry_set_symlink(entry.get(), one.content.c_str());
    if (one.kind == Entry::Kind::hardlink)
      archive_entry_set_hardlink(entry.get(), one.content.c_str());
    const bool has_data = one.kind == Entry::Kind::file;
    archive_entry_set_size(entry.get(), has_data ? static_cast<la_int64_t>(one.content.size()) : 0);
    REQUIRE(archive_write_header(out.get(), entry.get()) == ARCHIVE_OK);
    if (has_data) archive_write_data(out.get(), one.content.data(), one.content.size());
  }
  REQUIRE(archive_write_close(out.get()) == ARCHIVE_OK);
}

}  // namespace lacuna::testing
