// What the tests of this folder share: folders, a tiny model, and the message of what a call
// throws.
#pragma once

#include <stdlib.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "../folders.hpp"
#include "../tiny_model.hpp"
#include "lacuna/error.hpp"
#include "lacuna/random.hpp"

namespace lacuna::testing {

inline Clip tiny_clip() {
  return {tiny_config(), Clip::initial_weights(tiny_config(), make_generator(1, "weights"))};
}

inline std::filesystem::path golden(const std::string& name) {
  return std::filesystem::path(LACUNA_SOURCE_DIR) / "tests/model/golden" / name;
}

inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  REQUIRE(file.flush().good());
}

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

// what() of the ConfigError that `call` throws; "" if it throws none.
template <class F>
std::string config_error(F&& call) {
  try {
    call();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace lacuna::testing
