#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "fetch/download.hpp"
#include "server.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

// One file on the server, its download here, and what the user was told.
struct World {
  Server server;
  TemporaryFolder folder;
  std::string content = noise(300'000), told;
  fs::path file = folder / "x.bin", part = folder / "x.bin.part",
           notes = folder / "x.bin.part.json";
  DownloadOptions options{.stall_seconds = 1, .retries = 2, .first_wait = 0.01};

  World() {
    server.put("x", content);
    options.say = [this](const std::string& text) { told += text + "\n"; };
  }

  Download wanted(const std::string& mode) const {
    return {.url = server.url(mode, "x"),
            .file = file,
            .bytes = content.size(),
            .checksums = {checksum_from(sha256_of(content))}};
  }

  void get(const std::string& mode) const { download(wanted(mode), options); }

  std::string complaint(const Download& what) const {
    try {
      download(what, options);
    } catch (const FetchInterrupted&) {
      throw;
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  // The whole file is there under its name, and nothing else is left.
  void check_arrived() const {
    CHECK(read(file) == content);
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
  }
};

}  // namespace

TEST_CASE("A file is downloaded, checked and named") {
  World world;
  std::uint64_t at = 0, of = 0;
  world.options.progress = [&](auto a, auto b) { at = a, of = b; };
  world.get("ok");
  world.check_arrived();
  CHECK(at == world.content.size());
  CHECK(of == world.content.size());
  REQUIRE(world.server.log().size() == 1);
  CHECK(world.server.log()[0]["agent"] == "lacuna/" LACUNA_VERSION);
}

TEST_CASE("Both checksums have to hold") {
  World world;
  auto what = world.wanted("ok");
  what.checksums.push_back(checksum_from("md5:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
  CHECK_THAT(world.complaint(what), ContainsSubstring("its checksum is md5:"));
  CHECK_FALSE(fs::exists(world.file));
}

TEST_CASE("A cut connection is gone on from where it was cut") {
  World world;
  const auto mode = GENERATE("cut", "stall");
  world.get(mode);
  world.check_arrived();
  const auto log = world.server.log();
  REQUIRE(log.size() == 2);
  CHECK(log[0]["range"] == "");
  CHECK(log[1]["range"] == "bytes=150000-");
  CHECK(log[1]["if_range"] == "\"1\"");
  CHECK_THAT(world.told, ContainsSubstring("trying again in 0 s"));
}

TEST_CASE("A weak ETag is not trusted, the date is") {
  World world;
  world.get("weak");
  world.check_arrived();
  CHECK(world.server.log()[1]["if_range"] == "Mon, 01 Jan 2024 00:00:00 GMT");
}

TEST_CASE("What an interruption left is gone on from") {
  World world;
  world.content = noise(4'000'000);
  world.server.put("x", world.content);
  bool stop = false;
  world.options.interrupted = [&] { return stop; };
  world.options.progress = [&](auto, auto) { stop = true; };
  CHECK_THROWS_AS(world.get("slow"), FetchInterrupted);
  const auto left = fs::file_size(world.part);
  CHECK(left > 0);
  CHECK(left < world.content.size());
  stop = false;
  world.options.progress = [](auto, auto) {};
  world.get("slow");
  world.check_arrived();
  CHECK(world.server.log()[1]["range"] == "bytes=" + std::to_string(left) + "-");
}

TEST_CASE("A server without ranges starts over") {
  World world;
  world.get("norange");
  world.check_arrived();
  CHECK(world.server.log().size() == 2);
}

TEST_CASE("A server that is always cut short without ranges is given up") {
  World world;
  const auto text = world.complaint(world.wanted("alwayscut"));
  CHECK(text.starts_with(world.server.url("alwayscut", "x") + ": "));
  CHECK_THAT(text, ContainsSubstring("(tried 3 times; the same command goes on from here)"));
  CHECK(world.server.log().size() == 3);
}

TEST_CASE("A file that changes while it is downloaded is downloaded whole") {
  World world;
  world.server.put("x.new", noise(300'000, 2));
  auto what = world.wanted("changed");
  what.checksums = {checksum_from(sha256_of(noise(300'000, 2)))};
  download(what, world.options);
  CHECK(read(world.file) == noise(300'000, 2));
  CHECK(world.server.log().size() == 2);
}

TEST_CASE("Parts of two files, put together unnoticed, are found out and downloaded anew") {
  World world;
  world.server.put("x.new", noise(300'000, 2));
  auto what = world.wanted("silent");
  what.checksums = {checksum_from(sha256_of(noise(300'000, 2)))};
  download(what, world.options);
  CHECK(read(world.file) == noise(300'000, 2));
  CHECK_THAT(world.told, ContainsSubstring("starting over"));
  CHECK(world.server.log().size() == 3);
}

TEST_CASE("A part that nobody knows the origin of is not gone on from") {
  World world;
  write(world.part, "from somewhere");
  SECTION("no notes") {}
  SECTION("of another address") { write(world.notes, R"({"url": "http://other/", "etag": ""})"); }
  SECTION("damaged notes") { write(world.notes, "{"); }
  SECTION("notes of another form") { write(world.notes, R"({"url": 1})"); }
  world.get("ok");
  world.check_arrived();
  CHECK(world.server.log()[0]["range"] == "");
}

TEST_CASE("A part that is whole already needs no server") {
  World world;
  const auto keep_part = [&](const std::string& mode) {
    write(world.part, world.content);
    write(world.notes, nlohmann::json{{"url", world.server.url(mode, "x")}}.dump());
  };
  keep_part("404");
  world.get("404");
  world.check_arrived();
  CHECK(world.server.log().empty());

  fs::remove(world.file);  // of unknown size: the server says that there is no more
  keep_part("ok");
  auto what = world.wanted("ok");
  what.bytes = 0;
  download(what, world.options);
  world.check_arrived();
  CHECK(world.server.log().size() == 1);
}

TEST_CASE("A part that is longer than the file is thrown away") {
  World world;
  write(world.part, world.content + "more");
  write(world.notes, nlohmann::json{{"url", world.server.url("ok", "x")}}.dump());
  auto what = world.wanted("ok");
  if (GENERATE(true, false)) what.bytes = 0;  // not known
  download(what, world.options);
  world.check_arrived();
}

TEST_CASE("Another part than was asked for is thrown away") {
  World world;
  world.get("wrongrange");
  world.check_arrived();
  CHECK_THAT(world.told, ContainsSubstring("another part of the file than was asked for"));
}

TEST_CASE("A redirect is followed, and a length that is not told is none") {
  World world;
  world.get(GENERATE("redirect", "chunked"));
  world.check_arrived();
}

TEST_CASE("A server that is busy is asked again") {
  World world;
  world.get("busy");
  world.check_arrived();
  CHECK(world.server.log().size() == 3);
  CHECK_THAT(world.told, ContainsSubstring("HTTP 503"));
}

TEST_CASE("A server that stays busy, or is not there, is given up") {
  World world;
  CHECK(world.complaint(world.wanted("503")) ==
        world.server.url("503", "x") +
            ": the server answered with HTTP 503 (tried 3 times; the same command goes on from "
            "here)");
  auto what = world.wanted("ok");
  what.url = "http://127.0.0.1:1/x";
  CHECK_THAT(world.complaint(what), ContainsSubstring("tried 3 times"));
  CHECK(fs::is_empty(world.folder.path()));
}

TEST_CASE("What another try cannot help is said at once") {
  struct Case {
    std::string mode, reason;
  };
  const auto it = GENERATE(values<Case>({
      {"404", "the server does not have it (HTTP 404)"},
      {"403", "the server does not allow it (HTTP 403)"},
      {"400", "the server answered with HTTP 400"},
      {"html",
       "the server sent a web page instead of the file (a login, or a notice that it has moved; "
       "open the address in a browser)"},
  }));
  World world;
  CHECK(world.complaint(world.wanted(it.mode)) ==
        world.server.url(it.mode, "x") + ": " + it.reason);
  CHECK(world.server.log().size() == 1);
  CHECK(fs::is_empty(world.folder.path()));
}

TEST_CASE("A redirect may not lead to files of this machine, nor in circles") {
  World world;
  CHECK_THAT(world.complaint(world.wanted("tofile")),
             ContainsSubstring("it leads to an address of another kind"));
  CHECK_THAT(world.complaint(world.wanted("loop")), ContainsSubstring("redirects"));
}

TEST_CASE("Certificates are those that SSL_CERT_FILE names") {
  World world;
  auto secure = world.wanted("ok");
  secure.url.replace(0, 4, "https");
  const auto without = world.complaint(secure);
  CHECK_THAT(without, !ContainsSubstring("none.pem"));
  setenv("SSL_CERT_FILE", (world.folder / "none.pem").c_str(), 1);
  const auto with = world.complaint(secure);
  unsetenv("SSL_CERT_FILE");
  INFO(with);
  CHECK_THAT(with, ContainsSubstring("none.pem"));
}

TEST_CASE("A refusal does not cost what is there already") {
  World world;
  const auto mode = GENERATE("404", "html", "503");
  write(world.part, world.content.substr(0, 1000));
  write(world.notes,
        nlohmann::json{{"url", world.server.url(mode, "x")}, {"etag", "\"1\""}}.dump());
  CHECK(world.complaint(world.wanted(mode)) != "");
  CHECK(read(world.part) == world.content.substr(0, 1000));
}

TEST_CASE("Another size than is expected is refused before anything is written") {
  World world;
  auto what = world.wanted("ok");
  what.bytes = 5;
  CHECK(world.complaint(what) ==
        what.url +
            ": the server offers 300000 bytes where 5 are expected (another version of the file)");
  what.url = world.server.url("chunked", "x");
  CHECK_THAT(world.complaint(what), ContainsSubstring("300000 of 5 bytes came"));
}

TEST_CASE("A wrong checksum keeps the file aside") {
  World world;
  auto what = world.wanted("ok");
  what.checksums = {checksum_from(sha256_of("other"))};
  CHECK(world.complaint(what) ==
        what.url + ": its checksum is " + sha256_of(world.content) + ", not " + sha256_of("other") +
            " (kept as " + world.file.string() + ".bad to be looked at; nothing else was touched)");
  CHECK_FALSE(fs::exists(world.file));
  CHECK_FALSE(fs::exists(world.part));
  CHECK(read(world.folder / "x.bin.bad") == world.content);
  world.get("ok");
  CHECK(read(world.file) == world.content);
}

TEST_CASE("Web pages and Git LFS pointers under the file's name are called so") {
  World world;
  auto what = world.wanted("liar");
  what.bytes = 0;
  CHECK_THAT(world.complaint(what),
             ContainsSubstring(": holds a web page, not the file (kept as "));
  world.server.put("x", "version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 5\n");
  what.url = world.server.url("ok", "x");
  CHECK_THAT(world.complaint(what),
             ContainsSubstring("holds a Git LFS pointer, not the file itself"));
}

TEST_CASE("A part that cannot be written is the disk's fault") {
  World world;
  fs::create_symlink("/dev/full", world.part);
  CHECK(world.complaint(world.wanted("ok")) ==
        world.part.string() +
            ": cannot be written after 0 bytes: No space left on device (make room; the same "
            "command goes on from here)");
}
