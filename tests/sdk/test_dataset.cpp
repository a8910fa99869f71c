#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <fstream>

#include "lacuna/dataset.hpp"
#include "lacuna/error.hpp"
#include "lacuna/plugin.hpp"

using Catch::Matchers::Message;

TEST_CASE("dataset: data is found in the first folder that has it") {
  namespace fs = std::filesystem;
  const auto root = fs::temp_directory_path() / ("lacuna-roots-" + std::to_string(getpid()));
  fs::create_directories(root / "a");
  fs::create_directories(root / "b");
  const lacuna::DataRoots roots{{root / "a", root / "b"}};
  std::ofstream(root / "b" / "x.bin") << "x";
  CHECK(roots.find("x.bin") == root / "b" / "x.bin");
  std::ofstream(root / "a" / "x.bin") << "x";
  CHECK(roots.find("x.bin") == root / "a" / "x.bin");
  const auto tried = (root / "a").string() + ", " + (root / "b").string();
  CHECK_THROWS_MATCHES(roots.find("y/z.bin"), lacuna::ConfigError,
                       Message("y/z.bin: not found in " + tried +
                               " (name the folder that holds it with --data DIR or LACUNA_DATA)"));
  CHECK_THROWS_MATCHES(lacuna::DataRoots{}.find("y"), lacuna::ConfigError,
                       Message("y: not found in any data folder: none was given (name the folder "
                               "that holds it with --data DIR or LACUNA_DATA)"));
  fs::remove_all(root);
}

TEST_CASE("plugin: kinds and abilities have names") {
  CHECK(std::string(lacuna::to_string(lacuna::Kind::method)) == "method");
  CHECK(std::string(lacuna::to_string(lacuna::Kind::dataset)) == "dataset");
  CHECK(std::string(lacuna::to_string(lacuna::Kind::metric)) == "metric");
  using lacuna::Ability;
  CHECK(std::string(lacuna::to_string(Ability::coarse_names)) == "coarse_names");
  CHECK(std::string(lacuna::to_string(Ability::keep)) == "keep");
  CHECK(std::string(lacuna::to_string(Ability::retain)) == "retain");
  CHECK(std::string(lacuna::to_string(Ability::text_features)) == "text_features");
  CHECK(std::string(lacuna::to_string(Ability::hidden_states)) == "hidden_states");
}
