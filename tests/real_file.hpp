// Real files that this repository may not hold. Only tests tagged [real] ask for them: ctest keeps
// those under a label of their own, and make test runs them where there is a data folder.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "folders.hpp"

namespace lacuna::testing {

// In shared_data(). Skips the test where there is none: never inside CHECK or REQUIRE, which would
// count the skip as a failure.
inline std::filesystem::path real_file(const std::filesystem::path& name) {
  auto path = shared_data() / name;
  if (!std::filesystem::exists(path))
    SKIP(path.string() << ": is not there (LACUNA_DATA names the folder of the real files)");
  return path;
}

}  // namespace lacuna::testing
