#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <limits>
#include <thread>

#include "../folders.hpp"
#include "lacuna/error.hpp"
#include "support/files.hpp"

namespace fs = std::filesystem;
using Catch::Matchers::Message;
using lacuna::ConfigError;
using nlohmann::json;

namespace {

class Folder : public lacuna::testing::TemporaryFolder {
 public:
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path()), {}));
  }
};

json parsed(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
  return lacuna::read_json(path);
}

}  // namespace

TEST_CASE("files: what was written is read, and nothing else lies about") {
  const Folder folder;
  const std::string bytes("a\0b\r\n\xff", 6);
  lacuna::write_file_atomically(folder / "x", bytes);
  CHECK(lacuna::read_file(folder / "x") == bytes);
  lacuna::write_file_atomically(folder / "x", "shorter");
  CHECK(lacuna::read_file(folder / "x") == "shorter");
  lacuna::write_file_atomically(folder / "x", "");
  CHECK(lacuna::read_file(folder / "x").empty());
  CHECK(folder.files() == 1);
  lacuna::write_file_atomically(folder / "new" / "deep" / "y", "y");
  CHECK(lacuna::read_file(folder / "new" / "deep" / "y") == "y");
}

TEST_CASE("files: a reader never sees half a file, whoever writes") {
  const Folder folder;
  const auto path = folder / "x";
  const std::string a(200000, 'a'), b(300000, 'b');
  lacuna::write_file_atomically(path, a);
  std::jthread first([&] {
    for (int i = 0; i < 20; ++i) lacuna::write_file_atomically(path, a);
  });
  std::jthread second([&] {
    for (int i = 0; i < 20; ++i) lacuna::write_file_atomically(path, b);
  });
  int torn = 0;
  for (int i = 0; i < 200; ++i) {
    const auto seen = lacuna::read_file(path);
    torn += seen != a && seen != b;
  }
  CHECK(torn == 0);
  first.join();
  second.join();
  CHECK(folder.files() == 1);
}

TEST_CASE("files: a failed write leaves the old file and no temporary one") {
  const Folder folder;
  fs::create_directories(folder / "taken" / "inside");
  CHECK_THROWS_MATCHES(
      lacuna::write_file_atomically(folder / "taken", "x"), lacuna::Error,
      Message((folder / "taken").string() + ": cannot be replaced: Is a directory"));
  CHECK(folder.files() == 1);
  lacuna::write_file_atomically(folder / "file", "old");
  CHECK_THROWS_MATCHES(
      lacuna::write_file_atomically(folder / "file" / "x", "x"), lacuna::Error,
      Message((folder / "file" / "x").string() + ": its folder cannot be made: Not a directory"));
  CHECK(lacuna::read_file(folder / "file") == "old");
}

TEST_CASE("files: a place that cannot be written is named") {
  if (!fs::exists("/proc/self")) SKIP("there is no /proc, where nobody can write");
  CHECK_THROWS_MATCHES(lacuna::write_file_atomically("/proc/self/x", "x"), lacuna::Error,
                       Message("/proc/self/x: cannot be written: No such file or directory"));
}

TEST_CASE("files: what cannot be read is named") {
  const Folder folder;
  CHECK_THROWS_MATCHES(
      lacuna::read_file(folder / "x"), ConfigError,
      Message((folder / "x").string() + ": cannot be read: No such file or directory"));
  fs::create_directory(folder / "d");
  CHECK_THROWS_MATCHES(lacuna::read_file(folder / "d"), ConfigError,
                       Message((folder / "d").string() + ": is a folder (expected a file)"));
}

TEST_CASE("files: JSON errors name the line and the column") {
  const Folder folder;
  const auto path = folder / "s.json";
  const auto [text, place, reason] = GENERATE(table<std::string, std::string, std::string>({
      {"{\n  \"a\": 1,\n  \"b\": nul\n}", "line 3, column 11", "invalid literal"},
      {"{\"a\": 1,}", "line 1, column 9", "unexpected '}'"},
      {"", "line 1, column 1", "unexpected end of input"},
      {"{\"a\": 1", "line 1, column 8", "unexpected end of input"},
      {"{\"a\": NaN}", "line 1, column 7", "invalid literal"},
      {"{}\nx", "line 2, column 1", "expected end of input"},
      {"{\"a\": 1e999}", "line 1, column 12", "number overflow parsing '1e999'"},
      {"{\"a\": 1,\n \"b\": {\"c\": 1,\n \"c\": 2}}", "line 3, column 2", "duplicate key \"c\""},
      {"[{\"a\": 1}, {\"a\": 1, \"a\": 1}]", "line 1, column 21", "duplicate key \"a\""},
  }));
  try {
    parsed(path, text);
    FAIL("accepted: " << text);
  } catch (const ConfigError& e) {
    INFO(e.what());
    CHECK(std::string(e.what()).starts_with(path.string() + ": " + place + ": "));
    CHECK_THAT(e.what(), Catch::Matchers::ContainsSubstring(reason));
    CHECK(std::string(e.what()).find("json.exception") == std::string::npos);
    CHECK(std::string(e.what()).find('\n') == std::string::npos);
  }
}

TEST_CASE("files: JSON nested too deeply is refused where that begins, before it is built") {
  const Folder folder;
  const auto path = folder / "s.json";
  for (const auto& [text, place] :
       {std::pair{"{\"a\":\n" + std::string(200000, '[') + std::string(200000, ']') + "}",
                  "line 2, column 100"},
        std::pair{std::string(200000, '['), "line 1, column 101"}})
    CHECK_THROWS_MATCHES(
        parsed(path, text), ConfigError,
        Message(path.string() + ": " + place + ": is nested more than 100 levels deep"));
  CHECK(lacuna::parse_json(std::string(200000, '[') + std::string(200000, ']')).is_discarded());
  CHECK(lacuna::parse_json("[").is_discarded());
  CHECK(lacuna::parse_json("[1]") == json{1});
}

TEST_CASE("files: JSON that is no regular file, too long, or a pointer is refused") {
  const Folder folder;
  const auto path = folder / "s.json";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK_THROWS_MATCHES(lacuna::read_json(path, "a suite"), ConfigError,
                       Message(path.string() + ": is a pipe (expected a suite)"));
  fs::remove(path);
  CHECK_THROWS_MATCHES(
      parsed(path, "version https://git-lfs.github.com/spec/v1\n"), ConfigError,
      Message(path.string() + ": is a Git-LFS pointer, not a JSON file (run 'git lfs pull', or "
                              "download the file itself)"));
  fs::resize_file(path, 1 << 30);
  CHECK_THROWS_MATCHES(
      lacuna::read_json(path), ConfigError,
      Message(path.string() + ": is longer than 67108864 bytes (a JSON file is shorter)"));
}

TEST_CASE("files: equal keys of different objects are no duplicates") {
  const Folder folder;
  CHECK(parsed(folder / "s", R"({"a": {"a": 1}, "b": [{"a": 1}, {"a": 2}]})")["b"][1]["a"] == 2);
  CHECK(parsed(folder / "s", "\xef\xbb\xbf{}") == json::object());
}

TEST_CASE("files: JSON is written sorted, indented, and read back exactly") {
  const Folder folder;
  const json value{{"b", 0.1}, {"a", {1, std::numeric_limits<double>::denorm_min()}}, {"c", 1.0}};
  lacuna::write_json(folder / "s", value);
  CHECK(lacuna::read_file(folder / "s") ==
        "{\n  \"a\": [\n    1,\n    5e-324\n  ],\n  \"b\": 0.1,\n  \"c\": 1.0\n}\n");
  CHECK(lacuna::read_json(folder / "s") == value);
}
