#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "archives.hpp"
#include "fetch/fetch_item.hpp"
#include "lacuna/error.hpp"
#include "server.hpp"
#include "support/file_lock.hpp"

using namespace lacuna;
using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
namespace fs = std::filesystem;

namespace {

// "set.tar.gz" on the server, with set/train.bin, set/images/a.jpg and a readme that nobody wants.
struct World {
  Server server;
  TemporaryFolder data;
  std::string told;
  FetchOptions options;
  CatalogueFile file;
  fs::path saved = data / "downloads/set.tar.gz";

  World() {
    TemporaryFolder made;
    write_archive(made / "set.tar.gz", {{.name = "set/train.bin", .content = "train"},
                                        {.name = "set/images/a.jpg", .content = "a"},
                                        {.name = "set/README", .content = "?"}});
    const auto bytes = read(made / "set.tar.gz");
    server.put("set.tar.gz", bytes);
    file = {.url = server.url("ok", "set.tar.gz"),
            .save_as = "set.tar.gz",
            .bytes = bytes.size(),
            .checksums = {checksum_from(sha256_of(bytes))},
            .move = {{"set/train.bin", "mine/train.bin"}, {"set/images", "mine/images"}}};
    options.download.retries = 0;
    options.download.say = [this](const std::string& text) { told += text + "\n"; };
  }

  bool get() const { return fetch_file(file, data.path(), options); }

  std::string complaint() const {
    try {
      get();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

  std::vector<std::string> downloads() const {
    std::vector<std::string> out;
    for (const auto& entry : fs::directory_iterator(data / "downloads"))
      out.push_back(entry.path().filename().string());
    std::sort(out.begin(), out.end());
    return out;
  }

  void check_arrived() const {
    CHECK(read(data / "mine/train.bin") == "train");
    CHECK(read(data / "mine/images/a.jpg") == "a");
    CHECK_FALSE(fs::exists(data / "mine/README"));
    CHECK_FALSE(fs::exists(saved.string() + ".unpacking"));
  }
};

}  // namespace

TEST_CASE("An archive is unpacked, its parts put in place, and the archive thrown away") {
  World world;
  CHECK(world.get());
  world.check_arrived();
  CHECK(world.downloads() == std::vector<std::string>{"set.tar.gz.lock"});
  CHECK_FALSE(world.get());  // nothing to do
  CHECK(world.server.log().size() == 1);
}

TEST_CASE("A plain file goes to its place") {
  World world;
  world.file.move.clear();
  world.file.to = "models/x/set.tar.gz";
  CHECK(world.get());
  CHECK(fs::file_size(world.data / "models/x/set.tar.gz") == world.file.bytes);
  CHECK_FALSE(world.get());
}

TEST_CASE("An archive within the archive is unpacked, all of it if that is asked for") {
  World world;
  TemporaryFolder made;
  write_archive(made / "inner.tar.gz", {{.name = "classes/x/1.jpg", .content = "1"}});
  write_archive(made / "outer.zip",
                {{.name = "outer/inner.tar.gz", .content = read(made / "inner.tar.gz")},
                 {.name = "__MACOSX/._x", .content = "?"}});
  const auto bytes = read(made / "outer.zip");
  world.server.put("outer.zip", bytes);
  world.file = {.url = world.server.url("ok", "outer.zip?download=1"),
                .save_as = "outer.zip",
                .checksums = {checksum_from(sha256_of(bytes))},
                .inner = "outer/inner.tar.gz",
                .move = {{"classes", "set/classes"}}};
  CHECK(world.get());
  CHECK(read(world.data / "set/classes/x/1.jpg") == "1");

  world.file.move = {{".", "whole"}};
  world.file.inner.clear();
  CHECK(world.get());
  CHECK(fs::exists(world.data / "whole/outer/inner.tar.gz"));
}

TEST_CASE("Places that are there are left as they are, the others made") {
  World world;
  write(world.data / "mine/train.bin", "older");
  CHECK(world.get());
  CHECK(read(world.data / "mine/train.bin") == "older");
  CHECK(read(world.data / "mine/images/a.jpg") == "a");
}

TEST_CASE("An archive that was put into downloads by hand is used") {
  World world;
  world.options.keep_archives = true;
  world.get();
  fs::remove_all(world.data / "mine");
  REQUIRE(fs::exists(world.saved));
  world.file.url = "http://127.0.0.1:1/set.tar.gz";
  CHECK(world.get());
  world.check_arrived();
}

TEST_CASE("A wrong archive in downloads is set aside and downloaded anew") {
  World world;
  write(world.saved, "<html>not this");
  CHECK(world.get());
  world.check_arrived();
  CHECK(read(world.saved.string() + ".bad") == "<html>not this");
  CHECK_THAT(world.told, ContainsSubstring("holds a web page") && ContainsSubstring("anew"));
}

TEST_CASE("What is not published with a checksum is not taken on trust") {
  World world;
  world.file.checksums.clear();
  CHECK_THROWS_AS(world.get(), ConfigError);
  CHECK_THAT(world.complaint(), ContainsSubstring("--checksum sha256:<64 hex digits>"));
  CHECK(world.server.log().empty());
}

TEST_CASE("A wrong checksum is never unpacked") {
  World world;
  world.file.checksums = {checksum_from(sha256_of("other"))};
  CHECK_THAT(world.complaint(), ContainsSubstring("its checksum is sha256:"));
  CHECK(world.downloads() == std::vector<std::string>{"set.tar.gz.bad", "set.tar.gz.lock"});
  CHECK_FALSE(fs::exists(world.data / "mine"));
}

TEST_CASE("Too little room is said before anything is downloaded") {
  World world;
  world.file.bytes = std::uint64_t{1} << 60;
  CHECK_THAT(world.complaint(), ContainsSubstring(world.data.path().string() + ": ") &&
                                    ContainsSubstring("set.tar.gz needs about 2536427 TB"));
  CHECK(world.server.log().empty());
}

TEST_CASE("An archive without what the catalogue expects is named, and nothing is put in place") {
  World world;
  world.file.move["set/labels.txt"] = "mine/labels.txt";
  CHECK(world.complaint() ==
        world.saved.string() + ": 'set/labels.txt' is not in it (the catalogue expects it there)");
  CHECK_FALSE(fs::exists(world.data / "mine"));
  CHECK(fs::exists(world.saved));  // a corrected catalogue needs no second download
}

TEST_CASE("What a killed process left of unpacking is in nobody's way") {
  World world;
  write(world.saved.string() + ".unpacking/tree/set/images/half.jpg", "ha");
  CHECK(world.get());
  world.check_arrived();
  CHECK_FALSE(fs::exists(world.data / "mine/images/half.jpg"));
}

TEST_CASE("An interruption while unpacking leaves the archive, and nothing else") {
  World world;
  bool stop = false;
  world.options.download.interrupted = [&] { return stop; };
  world.options.step = [&](const std::string& step, auto, auto) { stop = step == "unpacking"; };
  CHECK_THROWS_AS(world.get(), FetchInterrupted);
  CHECK(world.downloads() == std::vector<std::string>{"set.tar.gz", "set.tar.gz.lock"});
  CHECK_FALSE(fs::exists(world.data / "mine"));
  stop = false;
  world.options.step = [](const auto&, auto, auto) {};
  CHECK(world.get());
  world.check_arrived();
  CHECK(world.server.log().size() == 1);
}

TEST_CASE("Two at once: the second waits, and finds it done") {
  World world;
  fs::create_directories(world.data / "downloads");
  auto lock = FileLock::acquire(world.saved.string() + ".lock");
  REQUIRE(lock);
  bool fetched = true;
  std::thread second([&] { fetched = world.get(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(150));
  write(world.data / "mine/train.bin", "train");
  fs::create_directories(world.data / "mine/images");
  lock.reset();
  second.join();
  CHECK_FALSE(fetched);
  CHECK(world.server.log().empty());
  CHECK(world.told ==
        world.saved.string() + ": another lacuna fetch works on it; waiting until it is done\n");
}

TEST_CASE("Waiting for another can be interrupted") {
  World world;
  fs::create_directories(world.data / "downloads");
  const auto lock = FileLock::acquire(world.saved.string() + ".lock");
  world.options.download.interrupted = [] { return true; };
  CHECK_THROWS_AS(world.get(), FetchInterrupted);
}
