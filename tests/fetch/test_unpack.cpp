#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "archives.hpp"
#include "fetch/transfer.hpp"
#include "fetch/unpack.hpp"
#include "lacuna/error.hpp"
#include "server.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using Kind = Entry::Kind;
namespace fs = std::filesystem;

namespace {

std::string complaint(const fs::path& archive, const fs::path& folder) {
  try {
    unpack(archive, folder);
  } catch (const Error& error) {
    const std::string text = error.what();
    REQUIRE(text.starts_with(archive.string() + ": "));
    return text.substr(archive.string().size() + 2);
  }
  return "";
}

}  // namespace

TEST_CASE("Archives of every kind in use are unpacked") {
  const auto ending = GENERATE("zip", "tar", "tar.gz");
  const TemporaryFolder folder;
  const auto archive = folder / (std::string("a.") + ending);
  const auto picture = noise(300'000);
  write_archive(archive, {{.name = "./", .kind = Kind::folder, .mode = 0755},
                          {.name = "./set/", .kind = Kind::folder, .mode = 0700},
                          {.name = "set/it's a/picture 1.jpg", .content = picture},
                          {.name = "set/run", .content = "x", .mode = 06777},
                          {.name = "set/empty"}});
  std::uint64_t read_bytes = 0;
  unpack(archive, folder / "out", [&](std::uint64_t at) { read_bytes = at; });
  CHECK(read(folder / "out/set/it's a/picture 1.jpg") == picture);
  CHECK(fs::exists(folder / "out/set/empty"));
  CHECK(read_bytes > 290'000);
  struct stat info {};
  REQUIRE(stat((folder / "out/set/run").c_str(), &info) == 0);
  CHECK((info.st_mode & 07111) == 0);  // nobody needs to run what was downloaded
}

TEST_CASE("Links within an archive are made") {
  const TemporaryFolder folder;
  write_archive(folder / "a.tar",
                {{.name = "a/one", .content = "1"},
                 {.name = "b/two", .content = "../a/one", .kind = Kind::symlink},
                 {.name = "b/three", .content = "a/one", .kind = Kind::hardlink}});
  unpack(folder / "a.tar", folder / "out");
  CHECK(read(folder / "out/b/two") == "1");
  CHECK(read(folder / "out/b/three") == "1");
}

TEST_CASE("Nothing of an archive leaves its folder") {
  struct Case {
    std::vector<Entry> entries;
    std::string complaint;
  };
  const auto it = GENERATE(values<Case>({
      {{{.name = "../evil", .content = "x"}},
       "its entry '../evil' would lie outside the folder (nothing was unpacked)"},
      {{{.name = "a/../../evil", .content = "x"}},
       "its entry 'a/../../evil' would lie outside the folder (nothing was unpacked)"},
      {{{.name = "/tmp/evil", .content = "x"}},
       "its entry '/tmp/evil' would lie outside the folder (nothing was unpacked)"},
      {{{.name = "link", .content = "../../evil", .kind = Kind::symlink}},
       "its link 'link' leads out of the folder, to '../../evil' (nothing was unpacked)"},
      {{{.name = "link", .content = "/etc", .kind = Kind::symlink}},
       "its link 'link' leads out of the folder, to '/etc' (nothing was unpacked)"},
      {{{.name = "link", .content = "../evil", .kind = Kind::hardlink}},
       "the link to '../evil' would lie outside the folder (nothing was unpacked)"},
      {{{.name = "pipe", .kind = Kind::pipe}},
       "its entry 'pipe' is neither a file nor a folder (nothing was unpacked)"},
  }));
  const TemporaryFolder folder;
  auto entries = it.entries;
  entries.insert(entries.begin(), {.name = "good", .content = "good"});
  write_archive(folder / "a.tar", entries);
  CHECK(complaint(folder / "a.tar", folder / "sub/out") == it.complaint);
  CHECK_FALSE(fs::exists(folder / "sub/out"));
  CHECK_FALSE(fs::exists(folder / "evil"));
  CHECK_FALSE(fs::exists(folder / "sub/evil"));
}

TEST_CASE("Nothing is written through a link of the archive's own") {
  const TemporaryFolder folder;
  write_archive(folder / "a.tar", {{.name = "real", .kind = Kind::folder, .mode = 0755},
                                   {.name = "link", .content = "real", .kind = Kind::symlink},
                                   {.name = "link/file", .content = "x"}});
  CHECK_THAT(complaint(folder / "a.tar", folder / "out"), ContainsSubstring("cannot be unpacked"));
  CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("What is no archive, or only the beginning of one, is said to be so") {
  const TemporaryFolder folder;
  write(folder / "text.tar.gz", "These are not the bytes you are looking for.");
  CHECK_THAT(complaint(folder / "text.tar.gz", folder / "out"),
             ContainsSubstring("is damaged, or no tar or zip archive: "));
  write_archive(folder / "whole.tar.gz", {{.name = "a", .content = noise(200'000)}});
  write(folder / "cut.tar.gz", read(folder / "whole.tar.gz").substr(0, 100'000));
  CHECK_THAT(complaint(folder / "cut.tar.gz", folder / "out"),
             ContainsSubstring("is damaged, or no tar or zip archive: "));
  CHECK_FALSE(fs::exists(folder / "out"));
  CHECK_THAT(complaint(folder / "none.zip", folder / "out"), ContainsSubstring("none.zip"));
}

TEST_CASE("A folder that is there is left alone, an interruption leaves none") {
  const TemporaryFolder folder;
  write_archive(folder / "a.tar", {{.name = "a", .content = noise(200'000)}});
  write(folder / "out/mine", "mine");
  CHECK_THROWS_WITH(unpack(folder / "a.tar", folder / "out"),
                    ContainsSubstring("it is there already"));
  CHECK(read(folder / "out/mine") == "mine");
  CHECK_THROWS_AS(
      unpack(folder / "a.tar", folder / "new", [](std::uint64_t) { throw FetchInterrupted(); }),
      FetchInterrupted);
  CHECK_FALSE(fs::exists(folder / "new"));
}

TEST_CASE("A data folder behind a link is no obstacle") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "disk");
  fs::create_directory_symlink(folder / "disk", folder / "data");
  write_archive(folder / "a.tar", {{.name = "a/b", .content = "x"}});
  unpack(folder / "a.tar", folder / "data/out");
  CHECK(read(folder / "disk/out/a/b") == "x");
}
