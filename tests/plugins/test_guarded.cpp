// What plugins throw, as the user gets to see it.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "lacuna/lacuna.hpp"
#include "plugin/registry.hpp"
#include "support/failure.hpp"

using Catch::Matchers::Message;
using lacuna::ConfigError;
using lacuna::guarded;
using lacuna::Kind;
using lacuna::PluginError;

namespace {

const lacuna::Entry& fixture(const std::string& id) {
  static lacuna::Registry registry;
  if (!registry.entries().contains({Kind::method, id}))
    registry.load(std::filesystem::path(LACUNA_FIXTURES) / (id + ".so"));
  return *registry.find(Kind::method, id).entry;
}

void prepare(const std::string& id) {
  const auto objective = guarded(id, [&] { return fixture(id).make_objective({}); });
  guarded(id, [&] { objective->prepare({}, lacuna::make_generator(0, "method")); });
}

}  // namespace

TEST_CASE("guarded: exceptions of a plugin name it") {
  CHECK_THROWS_MATCHES(prepare("throws_std"), PluginError, Message("throws_std: the cat is out"));
  CHECK_THROWS_MATCHES(prepare("throws_c10"), PluginError, Message("throws_c10: the dog is out"));
}

TEST_CASE("guarded: an exhausted memory is called so") {
  try {
    prepare("exhausts_memory");
    FAIL("so much memory is there");
  } catch (const PluginError& e) {
    const std::string text = e.what();
    INFO(text);
    CHECK(text.starts_with("exhausts_memory: out of memory: "));
    CHECK(
        text.ends_with("you tried to allocate 140737488355328 bytes. Error code 12 (Cannot "
                       "allocate memory)"));
    CHECK(text.find('\n') == std::string::npos);
    CHECK(lacuna::failure_of(std::current_exception()).cause ==
          lacuna::Failure::Cause::out_of_memory);
  }
  CHECK_THROWS_MATCHES(guarded("x", [] { throw std::bad_alloc(); }), PluginError,
                       Message("x: out of memory"));
}

TEST_CASE("guarded: bad parameters stay the user's mistake, with the plugin's id in front") {
  const auto make = [](const char* json) {
    guarded("bad_params",
            [&] { fixture("bad_params").make_objective(nlohmann::json::parse(json)); });
  };
  CHECK_NOTHROW(make(R"({"low": 2})"));
  CHECK_THROWS_MATCHES(make(R"({"low": 2.7})"), ConfigError,
                       Message("bad_params: low: 2.7 is not an integer"));
  CHECK_THROWS_MATCHES(make(R"({"low": -1})"), ConfigError,
                       Message("bad_params: low: -1 is too small (at least 0)"));
  CHECK_THROWS_MATCHES(make(R"({"hihg": 1})"), ConfigError,
                       Message("bad_params: hihg: unknown parameter (did you mean 'high')"));
  CHECK_THROWS_MATCHES(make("[1]"), ConfigError,
                       Message("bad_params: parameters: [1] is not an object ({\"name\": value})"));
  CHECK_THROWS_MATCHES(make(R"({"low": 5, "high": 4})"), ConfigError,
                       Message("bad_params: low: above high"));
  CHECK_THROWS_MATCHES(guarded("bad_params",
                               [] {
                                 fixture("bad_params").resolve({{"low", true}});
                               }),
                       ConfigError, Message("bad_params: low: true is not an integer"));
}

TEST_CASE("guarded: a result comes through, and two guards name the plugin once") {
  CHECK(guarded("x", [] { return 7; }) == 7);
  CHECK_THROWS_MATCHES(guarded("x", [] { guarded("x", [] { throw lacuna::Error("a: b"); }); }),
                       PluginError, Message("x: a: b"));
  CHECK_THROWS_MATCHES(guarded("x", [] { throw 3; }), PluginError,
                       Message("x: something was thrown that is not a std::exception"));
}
