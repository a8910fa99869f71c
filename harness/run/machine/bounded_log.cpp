#include "run/machine/bounded_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "support/safe_text.hpp"

namespace lacuna {

namespace fs = std::filesystem;

BoundedLog::BoundedLog(fs::path path, std::uintmax_t most) : path_(std::move(path)), most_(most) {
  std::error_code ignored;
  // Full from earlier, with the line that says so: there is room for one such line more.
  if (const auto size = fs::file_size(path_, ignored); !ignored) most_ = std::max(most_, size);
  most_ = std::min(most_, most + (1 << 12));
}

void BoundedLog::trim() {
  std::error_code error;
  const auto size = fs::file_size(path_, error);
  if (error || size <= most_) return;
  fs::resize_file(path_, most_, error);
  if (!error) dropped_ += size - most_;
}

void BoundedLog::finish() {
  trim();
  if (dropped_ == 0) return;
  std::ofstream(path_, std::ios::app) << fmt::format(
      "\n[{} bytes more were dropped: a log holds {}]\n",
      grouped(static_cast<std::int64_t>(dropped_)), grouped(static_cast<std::int64_t>(most_)));
}

std::string BoundedLog::last_line() const {
  constexpr std::streamoff most = 2000;
  std::ifstream file(path_, std::ios::binary);
  file.seekg(0, std::ios::end);
  file.seekg(-std::min<std::streamoff>(most, std::max<std::streamoff>(0, file.tellg())),
             std::ios::end);
  std::string last;
  for (std::string line; std::getline(file, line);)
    if (!line.empty()) last = line;
  return last;
}

}  // namespace lacuna
