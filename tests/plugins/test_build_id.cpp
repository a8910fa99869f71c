#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "lacuna/abi.hpp"
#include "plugin/build_id.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace std::string_literals;
using lacuna::find_build_id;

namespace {
const std::string host = LACUNA_BUILD_ID;
}

TEST_CASE("build id: the host's names all that must agree") {
  for (const auto* part : {"lacuna-build abi=", " gcc=", " gxxabi=", " cxx11abi=", " stldebug=",
                           " std=", " torch=", " json="})
    CHECK(host.find(part) != std::string::npos);
  CHECK(find_build_id(lacuna::read_file(LACUNA_FIXTURES "/good.so"), host) == host);
}

// What LACUNA_ABI is of headers: name and hash of each, in the order of their names.
std::string abi_of(const std::vector<std::pair<std::string, std::string>>& headers) {
  std::string text;
  for (const auto& [name, bytes] : headers) text += name + " " + lacuna::sha256(bytes) + "\n";
  return lacuna::sha256(text).substr(0, 16);
}

TEST_CASE("build id: abi is the hash of the SDK's headers, so that none changes without it") {
  std::vector<std::pair<std::string, std::string>> headers;
  for (const auto& entry :
       std::filesystem::directory_iterator(LACUNA_SOURCE_DIR "/harness/include/lacuna"))
    if (entry.path().extension() == ".hpp")
      headers.emplace_back(entry.path().filename(), lacuna::read_file(entry.path()));
  std::sort(headers.begin(), headers.end());
  REQUIRE(headers.size() > 10);
  CHECK(abi_of(headers) == LACUNA_ABI);
  CHECK(host.starts_with("lacuna-build abi=" LACUNA_ABI " gcc="));
  // One more space anywhere, a header less, or one under another name.
  for (std::size_t i = 0; i < headers.size(); ++i) {
    auto spaced = headers, fewer = headers, renamed = headers;
    spaced[i].second += ' ';
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    renamed[i].first = "another.hpp";
    for (const auto& changed : {spaced, fewer, renamed}) CHECK(abi_of(changed) != LACUNA_ABI);
  }
}

TEST_CASE("build id: it is found wherever it stands, up to its NUL") {
  CHECK(find_build_id("xx"s + host + "\0yy"s, host) == host);
  CHECK(find_build_id("xx"s + host + "z\0"s, host) == host + "z");
  CHECK(find_build_id("xx lacuna-build abi=9 gcc=1\0yy"s, host) == "lacuna-build abi=9 gcc=1");
}

TEST_CASE("build id: what only looks like one is passed over") {
  CHECK(find_build_id("", host).empty());
  CHECK(find_build_id("the magic is lacuna-build \0"s, host).empty());
  CHECK(find_build_id("lacuna-build abi=\0"s, host).empty());
  CHECK(find_build_id("lacuna-build abi="s, host).empty());
  CHECK(find_build_id("lacuna-build \0lacuna-build abi=\0"s + host + "\0"s, host) == host);
  CHECK(find_build_id("lacuna-build abi=0\0"s + host + "\0"s, host) == host);
}

TEST_CASE("build id: a file that ends in the middle of it gives what there is") {
  const auto cut = host.substr(0, host.size() - 1);
  CHECK(find_build_id(cut, host) == cut);
  const auto endless = "lacuna-build abi=" + std::string(10000, 'x');
  CHECK(find_build_id(endless, host).size() == 200);
  CHECK(find_build_id("lacuna-build abi=\x1b[31m\n\0"s, host) == "lacuna-build abi=?[31m?");
}
