#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "../folders.hpp"
#include "lacuna/error.hpp"
#include "lacuna/input.hpp"

using lacuna::ConfigError;
using lacuna::testing::TemporaryFolder;

namespace {

// "<reason>" of "<path>: <reason>"; "" if it is read.
std::string refusal(const std::filesystem::path& path, std::uintmax_t most = 100) {
  try {
    lacuna::read_download(path, "a recipe", most);
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    REQUIRE(text.starts_with(path.string() + ": "));
    return text.substr(path.string().size() + 2);
  }
  return "";
}

}  // namespace

TEST_CASE("input: only regular files are read, and nothing is waited for") {
  const TemporaryFolder folder;
  CHECK(refusal(folder / "none") == "cannot be read: No such file or directory");
  CHECK(refusal(folder.path()) == "is a folder (expected a recipe)");
  CHECK(refusal("/dev/zero") == "is a device (expected a recipe)");
  std::filesystem::create_symlink("/dev/zero", folder / "link");
  CHECK(refusal(folder / "link") == "is a device (expected a recipe)");
  REQUIRE(mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(folder / "pipe") == "is a pipe (expected a recipe)");
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  (folder / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(refusal(folder / "socket") == "is a socket (expected a recipe)");
  close(socket);
}

TEST_CASE("input: a file is read whole up to its limit, and not begun beyond it") {
  const TemporaryFolder folder;
  const std::string bytes(100, 'x');
  std::ofstream(folder / "file") << bytes;
  CHECK(lacuna::read_regular_file(folder / "file", "a file", 100) == bytes);
  CHECK(refusal(folder / "file", 99) == "is longer than 99 bytes (a recipe is shorter)");
  std::ofstream(folder / "file") << "";
  CHECK(lacuna::read_regular_file(folder / "file", "a file", 100).empty());
  std::filesystem::resize_file(folder / "file", std::uintmax_t{1} << 40);  // holes
  CHECK(refusal(folder / "file") == "is longer than 100 bytes (a recipe is shorter)");
  const lacuna::RegularFile open(folder / "file", "a file");
  CHECK(open.size() == std::uintmax_t{1} << 40);
}

TEST_CASE("input: what the system calls empty is read to its end, or to the limit") {
  if (!std::filesystem::exists("/proc/self/status")) SKIP("there is no /proc");
  CHECK(lacuna::read_regular_file("/proc/self/status", "a file", 1 << 20).starts_with("Name:"));
  CHECK(refusal("/proc/self/status", 10) == "is longer than 10 bytes (a recipe is shorter)");
}

TEST_CASE("input: what stands in a file's place after a failed download is named") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "version https://git-lfs.github.com/spec/v1\nsize 5\n";
  CHECK(refusal(folder / "a") ==
        "is a Git-LFS pointer, not a recipe (run 'git lfs pull', or download the file itself)");
  std::ofstream(folder / "b") << "\xEF\xBB\xBF\n <HTML>";
  CHECK(refusal(folder / "b") ==
        "is an HTML page, not a recipe (the download was answered with a web page)");
}

TEST_CASE("input: nesting is counted outside texts, and told where it is too deep") {
  using lacuna::nested_too_deeply;
  const auto most = lacuna::kMostLevels;
  CHECK_FALSE(nested_too_deeply(""));
  CHECK_FALSE(nested_too_deeply(std::string(most, '[') + std::string(most, ']')));
  CHECK(nested_too_deeply(std::string(most + 1, '[')) == most);
  CHECK(nested_too_deeply(" " + std::string(most / 2, '[') + std::string(400000, '{')) == most + 1);
  std::string beside = "[";
  for (int i = 0; i < 300; ++i) beside += "[], {},";
  CHECK_FALSE(nested_too_deeply(beside + "0]"));
  CHECK_FALSE(nested_too_deeply('"' + std::string(300, '[') + "\\\"" + std::string(300, '{')));
  CHECK(nested_too_deeply("\"\\\\\"" + std::string(300, '[')) == 4 + most);
}
