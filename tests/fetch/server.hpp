// A local HTTP server with faults (server.py), a folder that goes away, and bytes to download.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "../folders.hpp"
#include "run/machine/process.hpp"

namespace lacuna::testing {

// The same for the same seed, and not to be compressed.
std::string noise(std::size_t bytes, unsigned seed = 1);

void write(const std::filesystem::path& path, const std::string& bytes);
std::string read(const std::filesystem::path& path);  // empty if it is not there
std::string sha256_of(const std::string& bytes);      // "sha256:…"

class Server {
 public:
  Server();

  void put(const std::string& name, const std::string& bytes) const {
    write(folder_ / name, bytes);
  }
  // The modes are those of server.py.
  std::string url(const std::string& mode, const std::string& name) const;
  int port() const { return port_; }
  // One a request so far: {"path", "range", "if_range", "agent"}.
  std::vector<nlohmann::json> log() const;

 private:
  TemporaryFolder folder_;
  std::optional<Process> process_;
  int port_ = 0;
};

}  // namespace lacuna::testing
