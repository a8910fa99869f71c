// `lacuna fetch` as a user runs it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "../program.hpp"
#include "archives.hpp"
#include "server.hpp"

using namespace lacuna::testing;
using Catch::Matchers::ContainsSubstring;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

struct World {
  Server server;
  TemporaryFolder data, elsewhere;
  std::string content = noise(300'000);
  json catalogue{{"schema_version", 1}, {"items", json::object()}};

  World() {
    server.put("x", content);
    add("x", "ok");
    catalogue["items"]["theirs"] = {{"kind", "dataset"},     {"title", "Theirs"},
                                    {"home", "https://a"},   {"license", "by request"},
                                    {"by_hand", "ask them"}, {"holds", {"theirs"}}};
  }

  // An item `name` that is one file, got in a mode of the server's.
  json& add(const std::string& name, const std::string& mode) {
    const auto sum = sha256_of(content).substr(7);
    return catalogue["items"][name] = {{"kind", "dataset"},
                                       {"title", "A file"},
                                       {"home", "https://a"},
                                       {"license", "MIT"},
                                       {"files",
                                        {{{"url", server.url(mode, "x")},
                                          {"save_as", name},
                                          {"bytes", content.size()},
                                          {"sha256", sum},
                                          {"to", "got/" + name}}}}};
  }

  std::string command(const std::string& arguments) const {
    write(elsewhere / "catalogue.json", catalogue.dump());
    return "LACUNA_DATA= \"$LACUNA\" fetch --retries 0 --catalogue " +
           (elsewhere / "catalogue.json").string() + " --data " + data.path().string() + " " +
           arguments;
  }
  Finished fetch(const std::string& arguments) const { return run_shell(command(arguments)); }
  std::string place(const std::string& name) const { return (data / ("got/" + name)).string(); }
};

}  // namespace

TEST_CASE("fetch brings what is named, once") {
  const World world;
  auto done = world.fetch("x");
  CHECK(done.code == 0);
  CHECK(done.out == "x: fetched: " + world.place("x") + "\n");
  CHECK(done.err.empty());
  CHECK(read(world.place("x")) == world.content);
  done = world.fetch("x");
  CHECK(done.code == 0);
  CHECK(done.out == "x: there: " + world.place("x") + "\n");
  CHECK(world.server.log().size() == 1);
}

TEST_CASE("fetch brings along what is needed") {
  World world;
  world.add("y", "ok")["needs"] = {"x"};
  CHECK(world.fetch("y").out ==
        "y: fetched: " + world.place("y") + "\nx: fetched: " + world.place("x") + "\n");
  CHECK(world.fetch("x y").out ==
        "x: there: " + world.place("x") + "\ny: there: " + world.place("y") + "\n");
}

TEST_CASE("fetch goes on with the next item where one fails") {
  World world;
  world.add("gone", "404");
  auto done = world.fetch("gone theirs x");
  CHECK(done.code == 1);
  CHECK(done.out == "x: fetched: " + world.place("x") + "\n");
  CHECK(done.err == "error: " + world.server.url("404", "x") +
                        ": the server does not have it (HTTP 404)\n"
                        "error: theirs: no program may download it: ask them\n");
  done = world.fetch("--json gone x");
  CHECK(done.code == 1);
  const auto rows = json::parse(done.out);
  CHECK(rows[0]["status"] == "failed");
  CHECK_THAT(rows[0]["reason"].get<std::string>(), ContainsSubstring("HTTP 404"));
  CHECK(rows[1] == json{{"name", "x"}, {"status", "there"}, {"places", {world.place("x")}}});
}

TEST_CASE("fetch --list shows what there is and what is here") {
  const World world;
  CHECK(world.fetch("x").code == 0);
  const auto list = world.fetch("--list");
  CHECK(list.code == 0);
  CHECK_THAT(list.out,
             ContainsSubstring("x                    dataset      300 kB  there  A file (MIT)\n"));
  CHECK_THAT(
      list.out,
      ContainsSubstring("theirs               dataset     by hand  -      Theirs (by request)\n"));
  const auto rows = json::parse(world.fetch("--list --json").out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[1]["name"] == "x");
  CHECK(rows[1]["there"] == true);
  CHECK(rows[1]["files"][0]["sha256"] == sha256_of(world.content).substr(7));
  CHECK(rows[0]["by_hand"] == "ask them");
  const auto builtin = run_lacuna("fetch --list");
  CHECK(builtin.code == 0);
  CHECK_THAT(builtin.out, ContainsSubstring("openai/ViT-L-14"));
}

TEST_CASE("fetch: the user's mistakes are one line and exit code 2, and nothing is downloaded") {
  World world;
  world.add("unknown", "ok")["files"][0].erase("sha256");
  world.add("unknown2", "ok")["files"][0].erase("sha256");
  const auto fails = [&](const std::string& arguments, const std::string& message) {
    const auto done = world.fetch(arguments);
    CAPTURE(arguments);
    CHECK(done.code == 2);
    CHECK(done.err == "error: " + message + "\n");
    CHECK(done.out.empty());
  };
  fails("y", "'y': is not in the catalogue (known: theirs, unknown, unknown2, x)");
  fails("",
        "fetch: nothing is named (NAME…, --url or --list; lacuna fetch --list shows the names)");
  fails("unknown",
        world.server.url("ok", "x") +
            ": no checksum of it is published, so it is not taken on trust (name one you "
            "trust: --checksum sha256:<64 hex digits>)");
  fails("x --checksum " + sha256_of("x"),
        "--checksum: 0 of the files lack a published checksum (it is for exactly one)");
  fails("unknown unknown2 --checksum " + sha256_of("x"),
        "--checksum: 2 of the files lack a published checksum (it is for exactly one)");
  fails("unknown --checksum 5",
        "--checksum: '5': is not a checksum (write sha256:<64 hex digits> or md5:<32>)");
  fails("--url ftp://a/b --to b", "--url: 'ftp://a/b' is not an http or https address");
  fails("--url http://a/b --to ../b",
        "--to: '../b' is not a place under the data folder (no '/' in front, no '..', not in "
        "downloads/)");
  CHECK(world.fetch("--url http://a/b").code == 2);
  CHECK(world.fetch("x --url http://a/b --to b").code == 2);
  CHECK(world.server.log().empty());
  auto done = run_shell("LACUNA_DATA= \"$LACUNA\" fetch cifar100");
  CHECK(done.code == 2);
  CHECK(done.err == "error: fetch: no data folder is given (--data DIR or LACUNA_DATA)\n");
  done = run_shell("LACUNA_DATA=/no/such \"$LACUNA\" fetch cifar100");
  CHECK(done.code == 2);
  CHECK(done.err == "error: /no/such: no such folder (make it, or name another with --data DIR)\n");
}

TEST_CASE("fetch takes a checksum of the user's own") {
  World world;
  world.add("unknown", "ok")["files"][0].erase("sha256");
  const auto done = world.fetch("unknown --checksum " + sha256_of(world.content));
  CHECK(done.code == 0);
  CHECK(read(world.place("unknown")) == world.content);
}

TEST_CASE("fetch --url brings any file, and unpacks it if asked to") {
  const World world;
  const auto url = "--url " + world.server.url("redirect", "x") + " --to a/b.bin --checksum ";
  auto done = world.fetch(url + sha256_of("other"));
  CHECK(done.code == 1);
  CHECK_THAT(done.err, ContainsSubstring("its checksum is " + sha256_of(world.content)));
  done = world.fetch(url + sha256_of(world.content));
  CHECK(done.code == 0);
  CHECK(done.out == "a/b.bin: fetched: " + (world.data / "a/b.bin").string() + "\n");
  CHECK(read(world.data / "a/b.bin") == world.content);

  write_archive(world.elsewhere / "s.zip", {{.name = "s/1", .content = "1"}});
  const auto bytes = read(world.elsewhere / "s.zip");
  world.server.put("s.zip", bytes);
  done = world.fetch("--unpack --url " + world.server.url("ok", "s.zip") +
                     " --to sets/s --checksum " + sha256_of(bytes));
  CHECK(done.code == 0);
  CHECK(read(world.data / "sets/s/s/1") == "1");
}

TEST_CASE("fetch says that the disk is full, and goes on when there is room") {
  const World world;
  auto done = run_shell("ulimit -f 200; " + world.command("x"));
  CHECK(done.code == 1);
  const auto part = (world.data / "downloads/x.part").string();
  CHECK_THAT(done.err, ContainsSubstring("error: " + part +
                                         ": cannot be written after 102 kB: File "
                                         "too large (make room; the same command "
                                         "goes on from here)\n"));
  CHECK(fs::file_size(part) == 102'400);
  done = world.fetch("x");
  CHECK(done.code == 0);
  CHECK(read(world.place("x")) == world.content);
  CHECK(world.server.log()[1]["range"] == "bytes=102400-");
}

TEST_CASE("fetch leaves a state to go on from after Ctrl-C") {
  World world;
  world.add("slow", "slow");
  // Only once bytes have come: a loop waits for them, then interrupts.
  const auto part = (world.data / "downloads/slow.part").string();
  const auto done =
      run_shell(world.command("slow") + " & child=$!; for i in $(seq 500); do [ -s " + part +
                " ] && break; sleep 0.02; done; kill -INT $child; wait $child");
  CHECK(done.code == 130);
  CHECK(done.err == "interrupted: the same command goes on from here\n");
  CHECK(fs::file_size(part) > 0);
  CHECK(world.fetch("slow").code == 0);
  CHECK(read(world.place("slow")) == world.content);
  CHECK(world.server.log()[1]["range"] != "");
}

TEST_CASE("fetch goes through the proxy that the environment names") {
  World world;
  world.add("far", "ok")["files"][0]["url"] = "http://far.invalid/ok/x";
  const auto done = run_shell("http_proxy=http://127.0.0.1:" + std::to_string(world.server.port()) +
                              " no_proxy= " + world.command("far"));
  CHECK(done.err == "");
  CHECK(done.code == 0);
  CHECK(world.server.log()[0]["path"] == "http://far.invalid/ok/x");
}

TEST_CASE("doctor counts what of the catalogue is there") {
  const TemporaryFolder data;
  write(data / "models/openai/RN50.pt", "");
  const auto arguments = " --data " + data.path().string();
  const auto done = run_shell("LACUNA_DATA= \"$LACUNA\" doctor" + arguments);
  CHECK(done.code == 0);
  CHECK_THAT(done.out,
             ContainsSubstring("catalogue      1 of 19 items are there: openai/RN50 (lacuna "
                               "fetch --list)\n"));
  const auto report =
      json::parse(run_shell("LACUNA_DATA= \"$LACUNA\" doctor --json" + arguments).out);
  CHECK(report["catalogue"]["there"][0]["name"] == "openai/RN50");
  CHECK(report["catalogue"]["missing"].size() == 18);
}
