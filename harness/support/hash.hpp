// SHA-256, the one content hash of the project, as lower-case hex.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace lacuna {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256& update(std::string_view bytes);
  Sha256& update(const void* data, std::size_t bytes);
  std::string hex();  // once; the object is spent afterwards

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::string_view bytes);
// Throws ConfigError if the file cannot be read.
std::string sha256_file(const std::filesystem::path& path);

}  // namespace lacuna
