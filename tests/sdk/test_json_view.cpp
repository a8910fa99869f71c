// JSON that people write: every complaint names file and place in one notation.
#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "../folders.hpp"
#include "lacuna/error.hpp"
#include "lacuna/json_view.hpp"

using lacuna::ConfigError;
using lacuna::Field;
using lacuna::JsonView;
using nlohmann::json;

namespace {

template <class F>
std::string complaint(F&& body) {
  try {
    body();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

struct Settings {
  std::int64_t steps = 3;
  std::string rule = "first";
  void visit(auto&& field) {
    field("steps", steps, Field{.min = 1});
    field("rule", rule, Field{.choices = {"first", "last"}});
  }
};

}  // namespace

TEST_CASE("a view reads what is there and leaves what is not") {
  const auto document = json::parse(
      R"({"name": "x", "n": 3, "x": 0.5, "on": true, "none": null, "list": [1, 2], "of": {"b": 1, "a": 2}})");
  const JsonView view(document, "f.json");
  CHECK(view.at("name").text() == "x");
  CHECK(view.at("n").integer() == 3);
  CHECK(view.at("x").number() == 0.5);
  CHECK(view.at("on").boolean());
  CHECK(view.has("none"));
  CHECK_FALSE(view.has("nothing"));
  CHECK_FALSE(view.find("none"));
  CHECK_FALSE(view.find("nothing"));
  CHECK(view.section("none").members().empty());
  CHECK(view.section("nothing").where() == "f.json: nothing");
  CHECK(view.at("list").some()[1].integer() == 2);
  CHECK(view.at("of").members()[0].first == "a");
  std::int64_t n = 0, kept = 7;
  view.optional("n", n);
  view.optional("nothing", kept);
  CHECK(n == 3);
  CHECK(kept == 7);
  CHECK(view.section("nothing").parse<Settings>().steps == 3);
}

TEST_CASE("what is wrong is said with file and place") {
  const auto document = json::parse(
      R"({"methods": [{}, {"kl": {"coarse": "a", "fine": 2.5}}], "empty": [], "on": 1, "none": null,
          "settings": {"rule": "lats"}, "others": {"stesp": 1}, "far": {"zzz": 1}})");
  const JsonView view(document, "f.json");
  const auto kl = view.at("methods").items()[1].at("kl");
  const auto says = [](auto&& body) { return complaint(body); };
  CHECK(says([&] { view.at("name"); }) == "f.json: 'name' is missing");
  CHECK(says([&] { view.at("methods").items()[0].at("id"); }) ==
        "f.json: methods[0]: 'id' is missing");
  CHECK(says([&] { kl.at("coarse").number(); }) ==
        R"(f.json: methods[1].kl.coarse: "a" is not a number)");
  CHECK(says([&] { kl.at("fine").integer(); }) ==
        "f.json: methods[1].kl.fine: 2.5 is not an integer");
  CHECK(says([&] { kl.at("fine").text(); }) == "f.json: methods[1].kl.fine: 2.5 is not a string");
  CHECK(says([&] { kl.at("fine").read<double>({.max = 1}); }) ==
        "f.json: methods[1].kl.fine: 2.5 is too large (at most 1)");
  CHECK(says([&] { view.at("on").boolean(); }) == "f.json: on: 1 is not true or false");
  CHECK(says([&] { view.at("on").items(); }) == "f.json: on: is no array");
  CHECK(says([&] { view.at("on").at("x"); }) == "f.json: on: is no object");
  CHECK(says([&] { view.at("on").has("x"); }) == "f.json: on: is no object");
  CHECK(says([&] { view.section("on"); }) == "f.json: on: is no object");
  CHECK(says([&] { view.at("none").members(); }) == "f.json: none: is no object");
  CHECK(says([&] { view.at("empty").some(); }) ==
        "f.json: empty: is empty (at least one is needed)");
  CHECK(says([&] { view.at("others").parse<Settings>(); }) ==
        "f.json: others: 'stesp': unknown key (did you mean 'steps')");
  CHECK(says([&] { view.at("far").parse<Settings>(); }) ==
        "f.json: far: 'zzz': unknown key (known: steps, rule)");
  CHECK(says([&] { view.at("far").only({}); }) ==
        "f.json: far: 'zzz': unknown key (there are none)");
  CHECK(says([&] { view.at("settings").parse<Settings>(); }) ==
        "f.json: settings.rule: \"lats\" is not one of 'first', 'last' (did you mean 'last')");
  CHECK(says([&] { kl.within([] { throw ConfigError("reason"); }); }) ==
        "f.json: methods[1].kl: reason");
  CHECK(kl.within([] { return 5; }) == 5);
}

TEST_CASE("a document keeps its keys in the file's order where that is asked for") {
  const lacuna::testing::TemporaryFolder folder;
  const auto path = folder / "x.json";
  std::ofstream(path) << R"({"b": 1, "a": {"d": 1, "c": 2}})";
  CHECK(lacuna::read_ordered_json(path).dump() == R"({"b":1,"a":{"d":1,"c":2}})");
  CHECK(lacuna::read_json(path).dump() == R"({"a":{"c":2,"d":1},"b":1})");
  std::ofstream(path) << "{\"b\": 1,\n \"b\": 2}";
  CHECK(complaint([&] { lacuna::read_ordered_json(path); }) ==
        path.string() + ": line 2, column 2: duplicate key \"b\"");
}
