#include "server.hpp"

#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <thread>

#include "support/hash.hpp"

namespace lacuna::testing {

namespace fs = std::filesystem;

std::string noise(std::size_t bytes, unsigned seed) {
  std::mt19937 random(seed);
  std::string out(bytes, '\0');
  for (auto& c : out) c = static_cast<char>(random());
  return out;
}

void write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string sha256_of(const std::string& bytes) { return "sha256:" + sha256(bytes); }

Server::Server() {
  setenv("no_proxy", "127.0.0.1", 1);  // whatever this machine needs for the world outside
  process_.emplace(ProcessOptions{.program = "/usr/bin/env",
                                  .arguments = {"env", "python3", FETCH_SERVER, folder_.path()},
                                  .log = folder_ / ".words"});
  for (int i = 0; i < 2000 && !fs::exists(folder_ / ".port"); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  INFO(read(folder_ / ".words"));
  REQUIRE(fs::exists(folder_ / ".port"));
  port_ = std::stoi(read(folder_ / ".port"));
}

std::string Server::url(const std::string& mode, const std::string& name) const {
  return "http://127.0.0.1:" + std::to_string(port_) + "/" + mode + "/" + name;
}

std::vector<nlohmann::json> Server::log() const {
  std::vector<nlohmann::json> out;
  std::istringstream lines(read(folder_ / ".log"));
  for (std::string line; std::getline(lines, line);) out.push_back(nlohmann::json::parse(line));
  return out;
}

}  // namespace lacuna::testing
