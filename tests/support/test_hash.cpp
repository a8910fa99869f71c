#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <fstream>

#include "lacuna/error.hpp"
#include "support/hash.hpp"

using Catch::Matchers::Message;

// FIPS 180-4's examples.
TEST_CASE("hash: SHA-256 of the standard's examples") {
  CHECK(lacuna::sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(lacuna::sha256("abc") ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(lacuna::sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(lacuna::sha256(std::string(1000000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("hash: pieces and files give the hash of the whole") {
  const std::string whole((3 << 20) + 17, 'a');
  lacuna::Sha256 pieces;
  pieces.update(std::string_view(whole).substr(0, 5)).update(whole.data() + 5, whole.size() - 5);
  CHECK(pieces.hex() == lacuna::sha256(whole));
  CHECK_THROWS_MATCHES(pieces.hex(), lacuna::Error,
                       Message("sha256: the digest was already taken"));
  CHECK_THROWS_AS(pieces.update("x"), lacuna::Error);

  const auto path =
      std::filesystem::temp_directory_path() / ("lacuna-hash-" + std::to_string(getpid()));
  std::ofstream(path) << whole;
  CHECK(lacuna::sha256_file(path) == lacuna::sha256(whole));
  std::ofstream(path, std::ios::trunc).close();
  CHECK(lacuna::sha256_file(path) == lacuna::sha256(""));
  std::filesystem::remove(path);
  CHECK_THROWS_MATCHES(lacuna::sha256_file(path), lacuna::ConfigError,
                       Message(path.string() + ": cannot be read: No such file or directory"));
  CHECK_THROWS_MATCHES(lacuna::sha256_file("/dev/zero"), lacuna::ConfigError,
                       Message("/dev/zero: is a device (expected a file)"));
}
