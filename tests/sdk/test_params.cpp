#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "lacuna/error.hpp"
#include "lacuna/params.hpp"

using Catch::Matchers::Message;
using lacuna::ConfigError;
using nlohmann::json;

namespace {

struct Params {
  std::int64_t steps = 10;
  double beta = 0.5;
  bool mask = false;
  std::string reduction = "sample";
  std::vector<std::string> layers = {"proj"};
  std::vector<std::int64_t> sizes = {};

  void visit(auto&& field) {
    using lacuna::Field;
    field("steps", steps, Field{.help = "how many", .min = 1, .max = 100});
    field("beta", beta, Field{.help = "inverse temperature", .min = 1e-6});
    field("mask", mask, Field{.help = "whether"});
    field("reduction", reduction, Field{.help = "where", .choices = {"sample", "batch"}});
    field("layers", layers, Field{.help = "which", .choices = {"proj", "attn"}});
    field("sizes", sizes, Field{.help = "how large", .min = 0});
  }
};

Params parse(const char* text) { return lacuna::parse<Params>(json::parse(text)); }

}  // namespace

TEST_CASE("params: values are read over the defaults") {
  const auto params = parse(
      R"({"steps": 100, "beta": 2, "mask": true, "reduction": "batch", "layers": [], "sizes": [3, 1]})");
  CHECK(params.steps == 100);
  CHECK(params.beta == 2.0);
  CHECK(params.mask);
  CHECK(params.reduction == "batch");
  CHECK(params.layers.empty());
  CHECK(params.sizes == std::vector<std::int64_t>{3, 1});

  const auto defaults = parse("{}");
  CHECK(defaults.steps == 10);
  CHECK(defaults.layers == std::vector<std::string>{"proj"});
  CHECK(lacuna::parse<Params>(json()).steps == 10);
}

TEST_CASE("params: what is wrong is said in one line") {
  const auto [text, message] = GENERATE(table<const char*, const char*>({
      {R"({"steps": 2.7})", "steps: 2.7 is not an integer"},
      {R"({"steps": 2.0})", "steps: 2.0 is not an integer"},
      {R"({"steps": true})", "steps: true is not an integer"},
      {R"({"steps": "2"})", "steps: \"2\" is not an integer"},
      {R"({"steps": null})", "steps: null is not an integer"},
      {R"({"steps": 0})", "steps: 0 is too small (at least 1)"},
      {R"({"steps": -1})", "steps: -1 is too small (at least 1)"},
      {R"({"steps": 101})", "steps: 101 is too large (at most 100)"},
      {R"({"steps": 18446744073709551615})",
       "steps: 18446744073709551615 is too large (at most 9223372036854775807)"},
      {R"({"beta": true})", "beta: true is not a number"},
      {R"({"beta": "0.5"})", "beta: \"0.5\" is not a number"},
      {R"({"beta": 0})", "beta: 0 is too small (at least 1e-06)"},
      {R"({"mask": 1})", "mask: 1 is not true or false"},
      {R"({"reduction": 1})", "reduction: 1 is not a string"},
      {R"({"reduction": "smaple"})",
       "reduction: \"smaple\" is not one of 'sample', 'batch' (did you mean 'sample')"},
      {R"({"reduction": "x"})", "reduction: \"x\" is not one of 'sample', 'batch'"},
      {R"({"layers": "proj"})", "layers: \"proj\" is not a list of strings"},
      {R"({"layers": ["proj", 3]})", "layers[1]: 3 is not a string"},
      {R"({"layers": ["mlp"]})", "layers[0]: \"mlp\" is not one of 'proj', 'attn'"},
      {R"({"sizes": 3})", "sizes: 3 is not a list of integers"},
      {R"({"sizes": [1.5]})", "sizes[0]: 1.5 is not an integer"},
      {R"({"sizes": [1, -2]})", "sizes[1]: -2 is too small (at least 0)"},
      {R"({"stpes": 1})", "stpes: unknown parameter (did you mean 'steps')"},
      {R"({"zzz": 1})",
       "zzz: unknown parameter (known: beta, layers, mask, reduction, sizes, steps)"},
      {R"([1])", "parameters: [1] is not an object ({\"name\": value})"},
      {R"(3)", "parameters: 3 is not an object ({\"name\": value})"},
      {R"("a")", "parameters: \"a\" is not an object ({\"name\": value})"},
  }));
  CHECK_THROWS_MATCHES(parse(text), ConfigError, Message(message));
}

TEST_CASE("params: an infinite number made in C++ is refused") {
  const json params{{"beta", std::numeric_limits<double>::infinity()}};
  CHECK_THROWS_MATCHES(lacuna::parse<Params>(params), ConfigError,
                       Message("beta: the number is not finite"));
}

TEST_CASE("params: a class without parameters says that there are none") {
  CHECK_NOTHROW(lacuna::parse<lacuna::NoParams>(json::object()));
  CHECK_THROWS_MATCHES(lacuna::parse<lacuna::NoParams>(json{{"a", 1}}), ConfigError,
                       Message("a: unknown parameter (there are none)"));
}

TEST_CASE("params: int64 limits are compared exactly") {
  std::int64_t value = 0;
  const lacuna::Field field{.max = 9007199254740992};  // 2^53: the next integer is no double
  CHECK_NOTHROW(lacuna::read_field("n", json(9007199254740992), field, value));
  CHECK_THROWS_AS(lacuna::read_field("n", json(9007199254740993), field, value), ConfigError);
  CHECK(value == 9007199254740992);
}

TEST_CASE("params: a value that is refused leaves the old one") {
  std::vector<std::int64_t> sizes{7};
  CHECK_THROWS_AS(lacuna::read_field("sizes", json{1, "x"}, {}, sizes), ConfigError);
  CHECK(sizes == std::vector<std::int64_t>{7});
}

TEST_CASE("params: parsing what was resolved changes nothing") {
  const auto text = GENERATE(R"({})", R"({"steps": 3, "beta": 0.1, "layers": ["attn", "proj"]})",
                             R"({"mask": true, "reduction": "batch", "sizes": [0, 5]})");
  const auto once = lacuna::resolved(parse(text));
  CHECK(once.size() == 6);
  CHECK(lacuna::resolved(lacuna::parse<Params>(once)) == once);
  CHECK(lacuna::resolved(lacuna::parse<Params>(json::parse(once.dump()))) == once);
  const auto given = json::parse(text);
  for (const auto& [key, value] : given.items()) CHECK(once.at(key) == value);
}

TEST_CASE("params: the description keeps the order and says the bounds") {
  const auto description = lacuna::describe<Params>();
  CHECK(description.dump() ==
        R"({"steps":{"default":10,"help":"how many","min":1.0,"max":100.0},)"
        R"("beta":{"default":0.5,"help":"inverse temperature","min":1e-06},)"
        R"("mask":{"default":false,"help":"whether"},)"
        R"("reduction":{"default":"sample","help":"where","choices":["sample","batch"]},)"
        R"("layers":{"default":["proj"],"help":"which","choices":["proj","attn"]},)"
        R"("sizes":{"default":[],"help":"how large","min":0.0}})");
}
