#include "fetch/checksum.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "lacuna/error.hpp"
#include "lacuna/input.hpp"

namespace lacuna {
namespace {

std::size_t digits_of(const std::string& algorithm) {
  return algorithm == "sha256" ? 64 : algorithm == "md5" ? 32 : 0;
}

class Digest {
 public:
  explicit Digest(std::string algorithm) : algorithm_(std::move(algorithm)) {
    const auto* type = EVP_get_digestbyname(algorithm_.c_str());
    if (!context_ || !type || EVP_DigestInit_ex(context_.get(), type, nullptr) != 1)
      throw Error(algorithm_ + ": OpenSSL does not compute it here");
  }

  void update(const char* bytes, std::size_t n) { EVP_DigestUpdate(context_.get(), bytes, n); }

  Checksum finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned int n = 0;
    EVP_DigestFinal_ex(context_.get(), bytes.data(), &n);
    Checksum out{algorithm_, ""};
    for (unsigned int i = 0; i < n; ++i) out.hex += fmt::format("{:02x}", bytes[i]);
    return out;
  }

 private:
  std::string algorithm_;
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(),
                                                                   &EVP_MD_CTX_free};
};

}  // namespace

std::string to_string(const Checksum& checksum) { return checksum.algorithm + ":" + checksum.hex; }

Checksum checksum_from(const std::string& text) {
  const auto colon = text.find(':');
  Checksum out{text.substr(0, colon), colon == text.npos ? "" : text.substr(colon + 1)};
  const auto digits = digits_of(out.algorithm);
  if (digits == 0)
    throw ConfigError(
        fmt::format("'{}': is not a checksum (write sha256:<64 hex digits> or md5:<32>)", text));
  const bool all_hex = std::all_of(out.hex.begin(), out.hex.end(),
                                   [](unsigned char c) { return std::isxdigit(c) != 0; });
  if (out.hex.size() != digits || !all_hex)
    throw ConfigError(fmt::format("'{}': {} is {} hex digits", text, out.algorithm, digits));
  std::transform(out.hex.begin(), out.hex.end(), out.hex.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::vector<Checksum> checksums_of(const std::filesystem::path& path,
                                   const std::vector<std::string>& algorithms,
                                   const std::function<void(std::uint64_t)>& chunk_read) {
  std::vector<Digest> digests;
  for (const auto& algorithm : algorithms) digests.emplace_back(algorithm);
  std::string chunk(1 << 20, '\0');
  std::uint64_t bytes = 0;
  try {
    const RegularFile file(path, "a file");
    while (const auto got = file.next(chunk)) {
      for (auto& digest : digests) digest.update(chunk.data(), got);
      bytes += got;
      if (chunk_read) chunk_read(bytes);
    }
  } catch (const ConfigError& error) {
    throw Error(path.string() + ": " + error.what());
  }
  std::vector<Checksum> out;
  for (auto& digest : digests) out.push_back(digest.finish());
  return out;
}

}  // namespace lacuna
