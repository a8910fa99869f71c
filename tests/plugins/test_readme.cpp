// The README's "add a method" listing is the source that tests/consumer builds and runs.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "support/files.hpp"

namespace {

// The first fenced block after `marker`, without the fences; empty if there is none.
std::string listing(const std::string& text, const std::string& marker) {
  const auto mark = text.find(marker);
  if (mark == text.npos) return "";
  const auto fence = text.find("```cpp\n", mark);
  if (fence == text.npos) return "";
  const auto start = fence + 7;
  const auto end = text.find("```", start);
  return end == text.npos ? "" : text.substr(start, end - start);
}

}  // namespace

TEST_CASE("readme: the listing of a method is the consumer's source") {
  const std::filesystem::path source = LACUNA_SOURCE_DIR;
  const auto method = lacuna::read_file(source / "tests/consumer/my_method.cpp");
  CHECK(std::count(method.begin(), method.end(), '\n') <= 21);
  const auto readme = lacuna::read_file(source / "README.md");
  CHECK(listing(readme, "<!-- tests/consumer/my_method.cpp -->") == method);
}
