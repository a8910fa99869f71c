// What is said of a door when a run is planned: parameters, contents, places.
#include "fixtures.hpp"
#include "support/hash.hpp"

namespace lacuna::testing {
namespace {

using nlohmann::json;

TEST_CASE("doors: two ids, each described") {
  CHECK(door_ids() == std::vector<std::string>{"external", "weights"});
  for (const auto& id : door_ids()) {
    CHECK(is_door(id));
    CHECK(door_info(id).id == id);
    CHECK_FALSE(door_info(id).version.empty());
  }
  CHECK_FALSE(is_door("ga"));
  CHECK(door_info("weights").summary.find("made elsewhere") != std::string::npos);
  CHECK(describe_door("external").at("time_limit").at("default") == 0);
  CHECK(describe_door("external").at("args").at("default") == json::object());
  CHECK(describe_door("weights").at("made_by").at("help") != "");
  CHECK(message_of([] { door_info("ga"); }) == "'ga': no such door (external, weights)");
}

TEST_CASE("external: files are known by their names and contents, never by where they lie") {
  const Place a, b;
  for (const auto* place : {&a, &b}) {
    place->put("unlearn.py", "print(1)\n");
    place->put("lib/deep.py", "pass\n");
  }
  const json params{{"command", {"python3", "unlearn.py"}},
                    {"files", {"./lib/deep.py", "unlearn.py"}},
                    {"args", {{"rate", 0.5}}}};
  auto one = a.resolve("external", params), other = b.resolve("external", params);
  CHECK(one.at("params") == json{{"command", {"python3", "unlearn.py"}},
                                 {"files", {"lib/deep.py", "unlearn.py"}},
                                 {"time_limit", 0},
                                 {"args", {{"rate", 0.5}}}});
  CHECK(one.at("contents") ==
        json{{"unlearn.py", sha256("print(1)\n")}, {"lib/deep.py", sha256("pass\n")}});
  CHECK(one.at("places").at("lib/deep.py") == (a.suite() / "lib/deep.py").string());
  one.erase("places"), other.erase("places");
  CHECK(one == other);
  b.put("unlearn.py", "print(2)\n");
  CHECK(b.resolve("external", params).at("contents") != one.at("contents"));
}

TEST_CASE("external: a program beside the suite is one of its files") {
  const Place place;
  place.put("bin/unlearn", "#!/bin/sh\n", true);
  const auto resolved = place.resolve("external", {{"command", {"bin/unlearn", "-v"}}});
  CHECK(resolved.at("params").at("command") == json{"./bin/unlearn", "-v"});
  CHECK(resolved.at("params").at("files") == json{"bin/unlearn"});
  CHECK(resolved.at("contents").contains("bin/unlearn"));
}

TEST_CASE("external: mistakes are told when a run is planned") {
  const Place place;
  place.put("unlearn.py", "");
  const auto said = [&](const json& params) {
    return message_of<ConfigError>([&] { place.resolve("external", params); });
  };
  const auto with = [&](const json& files) {
    return said({{"command", {"true"}}, {"files", files}});
  };
  CHECK(said({}) == "command: is missing ([\"python3\", \"unlearn.py\"])");
  CHECK(said({{"command", json::array()}}) ==
        "command: is missing ([\"python3\", \"unlearn.py\"])");
  CHECK(said({{"command", {""}}}) == "command: '' is no name of a program");
  CHECK(said({{"comand", {"sh"}}}) == "comand: unknown parameter (did you mean 'command')");
  CHECK(said({{"command", {"/usr/bin/python3"}}}) ==
        "command: '/usr/bin/python3' is a path of this machine (name a program of PATH, or a file "
        "relative to the suite)");
  CHECK(said({{"command", {"./gone"}}}) ==
        "command: gone: cannot be read: No such file or directory");
  CHECK(said({{"command", {"sh"}}, {"time_limit", -1}}).starts_with("time_limit: -1 "));
  CHECK(with({"gone.py"}) == "files: gone.py: cannot be read: No such file or directory");
  CHECK(with({"."}) == "files: '.' is no name of a file");
  CHECK(with({"../secret"}) ==
        "files: '../secret' lies outside the suite's folder (put it beside the suite, or below)");
  CHECK(with({"/etc/passwd"}) ==
        "files: '/etc/passwd' is a path of this machine (name a file relative to the suite)");
  for (const std::string name : {"job.json", "model/x", "set/forget.csv", "weights.safetensors"})
    CHECK(with({name}) == "files: '" + name +
                              "' is a name that the command's folder has for itself "
                              "(docs/doors.md)");
  std::filesystem::create_directories(place.suite() / "lib");
  CHECK(with({"lib"}) == "files: lib: is a folder (expected a file)");
}

TEST_CASE("weights: known by its contents, whatever holds them") {
  const Place place;
  std::filesystem::create_directories(place.suite());
  save_safetensors(place.suite() / "a.safetensors", place.model.weights, {{"made", "by hand"}});
  save_checkpoint(place.suite() / "b", place.model);
  const auto file = place.resolve("weights", {{"file", "a.safetensors"}, {"made_by", "me"}});
  CHECK(file.at("params") == json{{"made_by", "me"}});
  CHECK(file.at("places").at("file") == (place.suite() / "a.safetensors").string());
  const auto folder = place.resolve("weights", {{"file", "b"}, {"made_by", "me"}});
  CHECK(folder.at("contents") == file.at("contents"));
  save_safetensors(place.suite() / "a.safetensors", tiny_model(2).weights);
  CHECK(place.resolve("weights", {{"file", "a.safetensors"}}).at("contents") !=
        file.at("contents"));
}

TEST_CASE("weights: mistakes are told when a run is planned") {
  const Place place;
  place.put("note.txt", "no weights");
  const auto said = [&](const json& params) {
    return message_of<ConfigError>([&] { place.resolve("weights", params); });
  };
  const auto path = [&](const char* name) { return (place.suite() / name).string(); };
  CHECK(said({}) == "file: is missing (a file of weights, or a model's folder)");
  CHECK(said({{"fil", "x"}}) == "fil: unknown parameter (did you mean 'file')");
  CHECK(said({{"file", "gone"}}) ==
        "file: " + path("gone") + ": cannot be read: No such file or directory");
  CHECK(said({{"file", "note.txt"}}).starts_with("file: " + path("note.txt") + ": "));
}

}  // namespace
}  // namespace lacuna::testing
