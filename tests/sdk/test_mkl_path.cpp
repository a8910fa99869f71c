#include <ATen/Context.h>
#include <dlfcn.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

using Question = int (*)();

Question question() {
  return reinterpret_cast<Question>(dlsym(RTLD_DEFAULT, "mkl_serv_intel_cpu_true"));
}

bool is_intel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("vendor_id")) return line.ends_with("GenuineIntel");
  return false;
}

}  // namespace

TEST_CASE("MKL path: what LibTorch asks for the vendor is answered by the SDK, by features") {
  CHECK(at::hasMKL());
  REQUIRE(question());
  Dl_info info{};
  REQUIRE(dladdr(reinterpret_cast<void*>(question()), &info) != 0);
  CHECK(std::string(info.dli_fname).find("liblacuna_sdk") != std::string::npos);
  CHECK(question()() == 1);
}

TEST_CASE("MKL path: LACUNA_MKL=vendor gives MKL's own answer") {
  setenv("LACUNA_MKL", "vendor", 1);
  REQUIRE(question());
  CHECK(question()() == is_intel());
}
