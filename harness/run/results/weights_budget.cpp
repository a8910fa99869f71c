#include "run/results/weights_budget.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <vector>

#include "run/jobs/run_options.hpp"

namespace lacuna {
namespace {

namespace fs = std::filesystem;

struct Kept {
  fs::file_time_type used;
  std::string key;
  std::uintmax_t bytes;
};

std::vector<Kept> kept_in(const fs::path& folder) {
  std::vector<Kept> out;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored)) {
    const auto& path = entry->path();
    if (path.extension() != ".safetensors" || !fs::is_regular_file(path, ignored)) continue;
    const auto bytes = fs::file_size(path, ignored);
    if (!ignored) out.push_back({fs::last_write_time(path, ignored), path.stem().string(), bytes});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::pair(a.used, a.key) < std::pair(b.used, b.key);
  });
  return out;
}

}  // namespace

std::uintmax_t weights_budget(const std::string& text) {
  if (text == "none") return 0;
  if (text == "all") return std::numeric_limits<std::uintmax_t>::max();
  static const std::map<std::string, double> units{
      {"", 1}, {"B", 1}, {"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}};
  const auto digits = text.find_first_not_of("0123456789.");
  auto unit = digits == text.npos ? "" : text.substr(digits);
  unit.erase(0, unit.find_first_not_of(' ') == unit.npos ? 0 : unit.find_first_not_of(' '));
  const auto found = units.find(unit);
  std::size_t used = 0;
  double number = -1;
  try {
    number = std::stod(text.substr(0, digits), &used);
  } catch (const std::exception&) {  // said below
  }
  if (found == units.end() || number < 0 || used != text.substr(0, digits).size() ||
      number * found->second > 1e18)
    throw ConfigError(fmt::format("'{}': no size (none, all, or one such as 500MB or 4GB)", text));
  return static_cast<std::uintmax_t>(number * found->second);
}

void touch_weights(const Store& store, const std::string& unlearn) {
  std::error_code ignored;
  fs::last_write_time(store.weights(unlearn), fs::file_time_type::clock::now(), ignored);
}

void drop_weights(const Store& store, std::uintmax_t budget,
                  const std::function<bool(const std::string& unlearn)>& needed) {
  const auto kept = kept_in(store.folder() / "weights");
  std::uintmax_t bytes = 0;
  for (const auto& one : kept) bytes += one.bytes;
  for (const auto& one : kept) {
    if (bytes <= budget) return;
    if (needed(one.key)) continue;
    std::error_code error;
    try {
      const auto lock = FileLock::acquire(store.lock(one.key));
      if (lock && fs::remove(store.weights(one.key), error)) bytes -= one.bytes;
    } catch (const Error&) {  // no lock can be had: they stay
    }
  }
}

}  // namespace lacuna
