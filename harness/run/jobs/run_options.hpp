// How a suite is to be run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "lacuna/error.hpp"

namespace lacuna {

struct RunOptions {
  std::filesystem::path program = "/proc/self/exe";  // a `lacuna` that has the worker subcommand
  std::vector<std::string> devices = {"cpu"};
  int jobs = 1;                          // workers at a time, of each device
  int threads = 1;                       // of each worker
  double job_timeout = 0;                // seconds since a worker began a job; 0: none
  std::vector<std::int64_t> seeds = {};  // instead of the suite's; empty: the suite's
  std::vector<std::string> only = {};    // which cells (selection.hpp); empty: all
  bool retry_failed = false;             // run failed jobs again
  // Bytes that unlearned weights may take in weights/ when nothing needs them.
  std::uintmax_t keep_weights = default_weights_budget;
  std::function<bool()> interrupted = [] { return false; };  // asked several times a second

  static constexpr std::uintmax_t default_weights_budget = 4'000'000'000;
};

// "none", "all", or a size such as "2GB", "500 MB". Throws ConfigError("'<text>': reason").
std::uintmax_t weights_budget(const std::string& text);

// Thrown where RunOptions::interrupted says so.
class Interrupted : public Error {
 public:
  Interrupted() : Error("interrupted: the same command goes on from here") {}
};

}  // namespace lacuna
