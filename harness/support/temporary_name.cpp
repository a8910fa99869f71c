#include "support/temporary_name.hpp"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <cctype>
#include <cstdint>

#include "lacuna/error.hpp"
#include "support/uninterrupted.hpp"

namespace lacuna {
namespace {

constexpr std::size_t kMostOfHost = 40, kMostOfName = 120;  // file names end at 255 bytes

std::string host_name() {
  char name[256] = "";
  gethostname(name, sizeof name - 1);
  std::string out;
  for (const char c : std::string(name).substr(0, kMostOfHost))
    out += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
  return out.empty() ? "host" : out;
}

}  // namespace

std::string unique_name() {
  std::uint64_t random = 0;
  if (uninterrupted([&] { return getrandom(&random, sizeof random, 0); }) !=
      static_cast<ssize_t>(sizeof random))
    throw Error("getrandom: the system gives no random number");
  return fmt::format("{}-{}-{:016x}", host_name(), getpid(), random);
}

std::filesystem::path temporary_beside(const std::filesystem::path& path) {
  const auto name = path.filename().string().substr(0, kMostOfName);
  return path.parent_path() / fmt::format(".{}.{}.tmp", name, unique_name());
}

bool is_abandoned(const std::filesystem::path& path) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error);
  return !error && std::filesystem::file_time_type::clock::now() - changed > abandoned_after;
}

}  // namespace lacuna
