#include <ATen/ops/randperm.h>

#include <catch2/catch_test_macros.hpp>
#include <set>
#include <vector>

#include "lacuna/random.hpp"

// The expected numbers come from a second implementation (Python integers), not from this one.
TEST_CASE("random: derived seeds are the same everywhere") {
  CHECK(lacuna::derive_seed(0, "") == 0x5b21f68ffa77f14cULL);
  CHECK(lacuna::derive_seed(0, "proxy") == 0x6b43498a01420b4cULL);
  CHECK(lacuna::derive_seed(1, "proxy") == 0xc58ea303be54f56eULL);
  CHECK(lacuna::derive_seed(1, "order") == 0x8fcdee0eeb74fda3ULL);
  CHECK(lacuna::derive_seed(~0ULL, "m\xc3\xa9thode") == 0x917eef286deaaa0bULL);
}

TEST_CASE("random: seeds and purposes do not collide") {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    for (const auto* purpose : {"proxy", "order", "prompt", "method"})
      seeds.insert(lacuna::derive_seed(seed, purpose));
  CHECK(seeds.size() == 4000);
}

TEST_CASE("random: SplitMix64 gives the published sequence") {
  lacuna::SplitMix mix(1234567);
  CHECK(mix.next() == 6457827717110365317ULL);
  CHECK(mix.next() == 3203168211198807973ULL);
  CHECK(mix.next() == 9817491932198370423ULL);
  CHECK(mix.next() == 4593380528125082431ULL);
}

TEST_CASE("random: between covers both ends") {
  lacuna::SplitMix mix(42);
  std::vector<std::int64_t> drawn(8);
  for (auto& value : drawn) value = mix.between(-3, 6);
  CHECK(drawn == std::vector<std::int64_t>{0, -2, 5, 1, -3, -1, 2, 5});
  std::set<std::int64_t> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(mix.between(-3, 6));
  CHECK(seen.size() == 10);
  CHECK(*seen.begin() == -3);
  CHECK(*seen.rbegin() == 6);
  CHECK(mix.between(7, 7) == 7);
}

TEST_CASE("random: a generator depends on seed and purpose alone") {
  const auto drawn = [](std::uint64_t seed, const char* purpose) {
    const auto values = at::randperm(100, lacuna::make_generator(seed, purpose), at::kLong);
    return std::vector<std::int64_t>(values.const_data_ptr<std::int64_t>(),
                                     values.const_data_ptr<std::int64_t>() + 100);
  };
  CHECK(drawn(1, "order") == drawn(1, "order"));
  CHECK(drawn(1, "order") != drawn(1, "proxy"));
  CHECK(drawn(1, "order") != drawn(2, "order"));
}
