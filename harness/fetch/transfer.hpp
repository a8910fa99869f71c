// One HTTP request that brings a file, or the rest of one, onto the disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "lacuna/error.hpp"

namespace lacuna {

// Ctrl-C while something was being fetched. What is there stays and is gone on from.
class FetchInterrupted : public Error {
 public:
  FetchInterrupted() : Error("interrupted: the same command goes on from here") {}
};

struct TransferRequest {
  std::string url = {};
  std::filesystem::path part = {};  // the file; its bytes stay and are gone on from
  std::uint64_t bytes = 0;          // the size it must have; 0: not known
  double connect_seconds = 30;      // to get a connection
  double stall_seconds = 60;        // without a single byte
  std::function<bool()> interrupted = [] { return false; };
  // Bytes that are there, and of how many (0: not known).
  std::function<void(std::uint64_t, std::uint64_t)> progress = [](auto, auto) {};
};

struct TransferEnd {
  enum class Kind {
    complete,   // the part is whole as far as the server says
    transient,  // another try may help
    refused     // another try will not
  };
  Kind kind = Kind::complete;
  std::string reason = {};                   // in words, if it is not complete
  bool resumed = false;                      // what came was put behind what was there
  std::optional<double> retry_seconds = {};  // what the server asks to wait
};

// The request asks only for what `part` lacks (Range; If-Range where the server named a strong
// ETag or a date, kept in "<part>.json"), and starts over where the server will not have that.
// Proxies are those of the environment. An https address is never left for an http one. Throws
// FetchInterrupted; Error("<part>: reason") if the disk is full or cannot be written.
TransferEnd transfer(const TransferRequest& request);

}  // namespace lacuna
