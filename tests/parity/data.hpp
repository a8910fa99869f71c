// Where a parity test finds what the reference implementations computed.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace lacuna::test {

// The folder that tests/parity/make_<name>.py filled. Skips the test where there is none.
inline std::filesystem::path parity_data(const std::string& name) {
  const char* root = std::getenv("LACUNA_PARITY");
  if (root == nullptr) SKIP("no reference values here (make parity computes them)");
  const auto folder = std::filesystem::path(root) / name;
  // The stamp is written last: a folder without it was never finished.
  if (!std::filesystem::exists(folder / ".stamp"))
    FAIL(folder.string() << ": not finished (run make parity again)");
  return folder;
}

}  // namespace lacuna::test
