#include "lacuna/random.hpp"

#include <ATen/CPUGeneratorImpl.h>

namespace lacuna {

std::uint64_t derive_seed(std::uint64_t seed, std::string_view purpose) {
  std::uint64_t name = 0xCBF29CE484222325ULL;
  for (const unsigned char c : purpose) name = (name ^ c) * 0x100000001B3ULL;
  // The seed is mixed before the names meet it: small seeds must not differ in low bits only.
  return SplitMix(SplitMix(seed).next() ^ name).next();
}

at::Generator make_generator(std::uint64_t seed, std::string_view purpose) {
  return at::detail::createCPUGenerator(derive_seed(seed, purpose));
}

}  // namespace lacuna
