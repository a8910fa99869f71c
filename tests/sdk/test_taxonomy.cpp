#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>

#include "lacuna/error.hpp"
#include "lacuna/taxonomy.hpp"

using Catch::Matchers::Message;
using lacuna::ConfigError;
using lacuna::Taxonomy;
using Labels = std::vector<std::int64_t>;
using Names = std::vector<std::string>;

namespace {
const Taxonomy dogs{{"Samoyed", "Pomeranian", "Irish terrier", "keeshond", "spitz"},
                    {"spitz", "terrier"},
                    {0, 0, 1, 0, 1}};
}

TEST_CASE("taxonomy: fine names give their labels in the order asked for, once each") {
  CHECK(lacuna::fine_labels(dogs, {"keeshond", "Samoyed", "keeshond"}) == Labels{3, 0});
  CHECK(lacuna::fine_labels(dogs, {}).empty());
}

TEST_CASE("taxonomy: a coarse name stands for its fine classes, a fine name wins over it") {
  CHECK(lacuna::fine_labels(dogs, {"terrier"}) == Labels{2, 4});
  CHECK(lacuna::fine_labels(dogs, {"Irish terrier", "terrier"}) == Labels{2, 4});
  CHECK(lacuna::fine_labels(dogs, {"spitz"}) == Labels{4});
}

TEST_CASE("taxonomy: an unknown concept gets the nearest names") {
  CHECK_THROWS_MATCHES(lacuna::fine_labels(dogs, {"samoyd"}), ConfigError,
                       Message("'samoyd': no such concept (did you mean 'Samoyed')"));
  CHECK_THROWS_MATCHES(lacuna::fine_labels(dogs, {"goldfish"}), ConfigError,
                       Message("'goldfish': no such concept"));
  CHECK_THROWS_MATCHES(lacuna::fine_labels(dogs, {"SPITZ"}), ConfigError,
                       Message("'SPITZ': no such concept (did you mean 'spitz')"));
}

TEST_CASE("taxonomy: nearest folds case, counts a swap as one, is best first and at most three") {
  CHECK(lacuna::nearest("cat", {"dog", "car", "CAT", "act"}) == Names{"CAT", "car", "act"});
  CHECK(lacuna::nearest("cat", {"cats", "cart", "bat", "hat"}) == Names{"cats", "cart", "bat"});
  CHECK(lacuna::nearest("beta", {"betas", "zeta", "gamma", "beta"}) ==
        Names{"beta", "betas", "zeta"});
  CHECK(lacuna::nearest("a", {"b", "A"}) == Names{"A"});
  CHECK(lacuna::nearest("", {"b"}).empty());
  CHECK(lacuna::nearest("cat", {"cat", "cat"}) == Names{"cat"});
}

TEST_CASE("taxonomy: did you mean is grammatical") {
  CHECK(lacuna::did_you_mean("cat", {"dog"}).empty());
  CHECK(lacuna::did_you_mean("cat", {"car"}) == " (did you mean 'car')");
  CHECK(lacuna::did_you_mean("cat", {"car", "bat"}) == " (did you mean 'car' or 'bat')");
  CHECK(lacuna::did_you_mean("cat", {"car", "bat", "act"}) ==
        " (did you mean 'car', 'bat' or 'act')");
}

TEST_CASE("taxonomy: validate names the subject and the fault") {
  CHECK_NOTHROW(lacuna::validate(dogs, "dogs"));
  CHECK_NOTHROW(lacuna::validate({{"a", "b"}, {}, {}}, "flat"));
  const auto fault = [](const Taxonomy& taxonomy, const char* message) {
    CHECK_THROWS_MATCHES(lacuna::validate(taxonomy, "set"), ConfigError, Message(message));
  };
  fault({}, "set: there is no fine class");
  fault({{"a", ""}, {}, {}}, "set: a fine class has an empty name");
  fault({{"a", "a"}, {}, {}}, "set: the fine class 'a' occurs twice");
  fault({{"a"}, {"x", "x"}, {0}}, "set: the coarse class 'x' occurs twice");
  fault({{"a", "b"}, {"x"}, {0}}, "set: 1 parents for 2 fine classes (expected 2)");
  fault({{"a"}, {}, {0}}, "set: 1 parents for 1 fine classes (expected 0)");
  fault({{"a", "b"}, {"x"}, {0, 1}}, "set: the parent of 'b' is 1 (expected 0 to 0)");
  fault({{"a"}, {"x"}, {-1}}, "set: the parent of 'a' is -1 (expected 0 to 0)");
}

TEST_CASE("taxonomy: names of a level") {
  CHECK(dogs.hierarchical());
  CHECK(dogs.names(lacuna::Level::coarse) == Names{"spitz", "terrier"});
  CHECK(dogs.names(lacuna::Level::fine).size() == 5);
  CHECK(std::string(lacuna::to_string(lacuna::Level::fine)) == "fine");
  CHECK(std::string(lacuna::to_string(lacuna::Level::coarse)) == "coarse");
}
