#include "run/machine/machine.hpp"

#include <ATen/Version.h>
#include <fmt/chrono.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string_view>

#include "lacuna/abi.hpp"
#include "lacuna_commit.hpp"
#include "support/cores.hpp"

namespace lacuna {
namespace {

// The value of the first line "key <sep> value" of a file such as /proc/cpuinfo; "" if there is
// none.
std::string field_of(const char* path, const std::string& key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const auto at = line.find(separator);
    if (at == std::string::npos) continue;
    auto value = line.substr(at + 1);
    const auto begin = value.find_first_not_of(" \t\"");
    const auto end = value.find_last_not_of(" \t\"");
    return begin == std::string::npos ? "" : value.substr(begin, end - begin + 1);
  }
  return "";
}

// "BLAS_INFO=mkl" and "CPU capability usage: AVX512" stand in LibTorch's own account of itself.
std::string after(const std::string& text, const std::string& marker) {
  const auto at = text.find(marker);
  if (at == std::string::npos) return "";
  const auto begin = at + marker.size();
  return text.substr(begin, text.find_first_of(",\n", begin) - begin);
}

// Of sdk/mkl_path.cpp, whose answer every worker gets alike.
const char* mkl_path() {
  const auto* wish = std::getenv("LACUNA_MKL");
  return wish && std::string_view(wish) == "vendor" ? "by vendor" : "by features";
}

}  // namespace

nlohmann::json machine_record() {
  utsname names{};
  uname(&names);
  const auto config = at::show_config();
  return {
      {"cpu", field_of("/proc/cpuinfo", "model name", ':')},
      {"cores", available_cores()},
      {"memory_bytes", static_cast<std::int64_t>(sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE)},
      {"system", field_of("/etc/os-release", "PRETTY_NAME", '=')},
      {"kernel", std::string(names.sysname) + " " + names.release},
      {"cpu_capability", after(config, "CPU capability usage: ")},
      {"blas", after(config, "BLAS_INFO=")},
      {"mkl_path", mkl_path()}};
}

nlohmann::json build_record() {
#ifdef NDEBUG
  const char* type = "Release";
#else
  const char* type = "Debug";
#endif
  return {{"harness", LACUNA_VERSION}, {"build_id", LACUNA_BUILD_ID},
          {"commit", LACUNA_COMMIT},  // empty where git was not there
          {"dirty", LACUNA_DIRTY},     {"type", type},
          {"compiler", __VERSION__}};
}

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

int workers_at_a_time(int asked, const std::string& device) {
  if (asked > 0) return asked;
  return device == "cpu" ? available_cores() : 1;
}

}  // namespace lacuna
