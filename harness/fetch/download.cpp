#include "fetch/download.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <fstream>
#include <system_error>
#include <thread>

namespace lacuna {
namespace {

namespace fs = std::filesystem;
using Kind = TransferEnd::Kind;

class WrongContent : public Error {
 public:
  using Error::Error;
};

void wait(double seconds, const std::function<bool()>& interrupted) {
  using Clock = std::chrono::steady_clock;
  const auto until = Clock::now() + std::chrono::duration<double>(seconds);
  while (Clock::now() < until) {
    if (interrupted()) throw FetchInterrupted();
    const std::chrono::duration<double> left = until - Clock::now();
    std::this_thread::sleep_for(std::min(left, std::chrono::duration<double>(0.1)));
  }
}

void forget(const fs::path& part) {
  std::error_code ignored;
  fs::remove(part, ignored);
  fs::remove(part.string() + ".json", ignored);
}

// Returns whether the part was put together from more than one request.
bool bring(const Download& what, const fs::path& part, const DownloadOptions& options) {
  const TransferRequest request{.url = what.url,
                                .part = part,
                                .bytes = what.bytes,
                                .connect_seconds = options.connect_seconds,
                                .stall_seconds = options.stall_seconds,
                                .interrupted = options.interrupted,
                                .progress = options.progress};
  std::uint64_t best = 0;  // a server that starts over each time and never ends brings nothing
  for (int failures = 0;;) {
    if (options.interrupted()) throw FetchInterrupted();
    const auto end = transfer(request);
    if (end.kind == Kind::complete) return end.resumed;
    const auto size = fs::file_size(part);
    if (size == 0 && (end.kind == Kind::refused || failures == options.retries)) forget(part);
    if (end.kind == Kind::refused) throw Error(what.url + ": " + end.reason);
    failures = size > best ? 1 : failures + 1;
    best = std::max<std::uint64_t>(best, size);
    if (failures > options.retries)
      throw Error(fmt::format("{}: {} (tried {} times; the same command goes on from here)",
                              what.url, end.reason, failures));
    const auto seconds = std::max(std::min(60.0, options.first_wait * std::pow(2, failures - 1)),
                                  std::min(120.0, end.retry_seconds.value_or(0)));
    options.say(fmt::format("{}: trying again in {:.0f} s", end.reason, seconds));
    wait(seconds, options.interrupted);
  }
}

// What stands in place of files so often that it deserves its name.
std::string impostor(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string head(512, '\0');
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  if (head.starts_with("version https://git-lfs")) return "a Git LFS pointer, not the file itself";
  const auto start = head.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  auto tag = start == head.npos ? "" : head.substr(start, 9);
  for (auto& c : tag) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  if (tag.starts_with("<!doctype") || tag.starts_with("<html")) return "a web page, not the file";
  return {};
}

void rename_or_fail(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw Error(
        fmt::format("{}: cannot be moved to {}: {}", from.string(), to.string(), error.message()));
}

}  // namespace

void verify(const fs::path& file, const std::vector<Checksum>& checksums,
            const std::function<bool()>& interrupted) {
  if (const auto what = impostor(file); !what.empty())
    throw WrongContent(fmt::format("{}: holds {}", file.string(), what));
  std::vector<std::string> algorithms;
  for (const auto& checksum : checksums) algorithms.push_back(checksum.algorithm);
  const auto found = checksums_of(file, algorithms, [&](std::uint64_t) {
    if (interrupted()) throw FetchInterrupted();
  });
  for (std::size_t i = 0; i < checksums.size(); ++i)
    if (found[i] != checksums[i])
      throw WrongContent(fmt::format("{}: its checksum is {}, not {}", file.string(),
                                     to_string(found[i]), to_string(checksums[i])));
}

void download(const Download& what, const DownloadOptions& options) {
  const fs::path part = what.file.string() + ".part", bad = what.file.string() + ".bad";
  const auto try_once = [&] {
    const bool resumed = bring(what, part, options);
    try {
      verify(part, what.checksums, options.interrupted);
    } catch (const WrongContent& error) {
      if (resumed) {
        forget(part);
        options.say(fmt::format(
            "{}: what was put together from parts is not the file: starting over", what.url));
        return false;
      }
      rename_or_fail(part, bad);
      forget(part);
      const std::string reason = error.what();
      throw Error(fmt::format("{}: {} (kept as {} to be looked at; nothing else was touched)",
                              what.url, reason.substr(part.string().size() + 2), bad.string()));
    }
    return true;
  };
  if (!try_once() && !try_once())
    throw Error(what.url + ": the server does not send the same file twice");
  rename_or_fail(part, what.file);
  forget(part);
}

}  // namespace lacuna
