#include "support/hash.hpp"

#include <openssl/evp.h>

#include <array>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"

namespace lacuna {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  bool spent = false;  // OpenSSL 3.0 itself would hash on
  State() {
    if (!context || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1)
      throw Error("sha256: OpenSSL has no SHA-256 here");
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;

Sha256& Sha256::update(std::string_view bytes) { return update(bytes.data(), bytes.size()); }

Sha256& Sha256::update(const void* data, std::size_t bytes) {
  if (state_->spent || EVP_DigestUpdate(state_->context, data, bytes) != 1)
    throw Error("sha256: the digest was already taken");
  return *this;
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest{};
  if (state_->spent || EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) != 1)
    throw Error("sha256: the digest was already taken");
  state_->spent = true;
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const auto byte : digest) (text += digits[byte >> 4]) += digits[byte & 15];
  return text;
}

std::string sha256(std::string_view bytes) { return Sha256().update(bytes).hex(); }

std::string sha256_file(const std::filesystem::path& path) {
  try {
    const RegularFile file(path, "a file");
    Sha256 hash;
    std::string chunk(1 << 20, '\0');
    while (const auto got = file.next(chunk)) hash.update(chunk.data(), got);
    return hash.hex();
  } catch (const ConfigError& error) {
    throw ConfigError(path.string() + ": " + error.what());
  }
}

}  // namespace lacuna
