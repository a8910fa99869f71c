// MKL asks the processor's vendor before its features and takes a slower, differently rounding path
// on processors that are not Intel's: the same program then trains other weights on an AMD than on
// an Intel with the same instructions (docs/reproducibility.md). It asks through this function,
// which any library that is loaded before LibTorch may define.
#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

#include "lacuna/abi.hpp"

namespace {

constexpr const char* kQuestion = "mkl_serv_intel_cpu_true";

// For a processor on which that path goes wrong.
int mkls_own_answer() {
  const auto original = reinterpret_cast<int (*)()>(dlsym(RTLD_NEXT, kQuestion));
  return original ? original() : 0;
}

}  // namespace

extern "C" LACUNA_EXPORT int mkl_serv_intel_cpu_true() {
  static const auto* wish = std::getenv("LACUNA_MKL");
  static const int answer = wish && std::string_view(wish) == "vendor" ? mkls_own_answer() : 1;
  return answer;
}
