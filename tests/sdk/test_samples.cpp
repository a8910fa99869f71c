#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "lacuna/error.hpp"
#include "lacuna/samples.hpp"

using Catch::Matchers::Message;

TEST_CASE("samples: labels are found by their question") {
  const std::vector<lacuna::Labels> labels{{.question = "fine", .target = {}},
                                           {.question = "coarse", .target = {}}};
  CHECK(lacuna::find_labels(labels, "coarse") == &labels[1]);
  CHECK(lacuna::find_labels(labels, "answer") == nullptr);
}

TEST_CASE("samples: a name takes the place of {} in a template, once") {
  CHECK(lacuna::fill_template("a {}.", "dog") == "a dog.");
  CHECK(lacuna::fill_template("{} {}", "{}") == "{} {}");
  CHECK_THROWS_MATCHES(lacuna::fill_template("a dog", "cat"), lacuna::ConfigError,
                       Message("'a dog': a prompt template needs {} for the class name"));
}
