// CIFAR-100's binary version: records of two labels and three planes, in no order of classes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cifar100/names.hpp"
#include "miniature/miniature.hpp"
#include "miniature/picture.hpp"
#include "pictures/decode.hpp"

namespace lacuna::miniature {
namespace {

constexpr std::array<const char*, 20> kCoarse{
    "aquatic_mammals",
    "fish",
    "flowers",
    "food_containers",
    "fruit_and_vegetables",
    "household_electrical_devices",
    "household_furniture",
    "insects",
    "large_carnivores",
    "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores",
    "medium_mammals",
    "non-insect_invertebrates",
    "people",
    "reptiles",
    "small_mammals",
    "trees",
    "vehicles_1",
    "vehicles_2",
};
constexpr std::array<unsigned char, 100> kParents{
    4,  1,  14, 8,  0,  6,  7,  7,  18, 3,  3,  14, 9,  18, 7,  11, 3,  9,  7,  11,
    6,  11, 5,  10, 7,  6,  13, 15, 3,  15, 0,  11, 1,  10, 12, 14, 16, 9,  11, 5,
    5,  19, 8,  8,  15, 13, 14, 17, 18, 10, 16, 4,  17, 4,  2,  0,  17, 4,  18, 17,
    10, 3,  2,  12, 12, 16, 12, 1,  9,  19, 2,  10, 0,  1,  16, 12, 9,  13, 15, 13,
    16, 19, 2,  4,  6,  19, 5,  5,  8,  19, 18, 1,  2,  15, 6,  0,  17, 8,  14, 13};

std::string record(std::size_t label, std::uint64_t index, std::uint64_t seed) {
  constexpr int kSide = 32;
  const auto bytes = draw(label, index, seed, kSide, kSide, Mode::png);
  const auto pixels = pictures::decode(bytes, "cifar100").permute({2, 0, 1}).contiguous();
  std::string out{static_cast<char>(kParents[label]), static_cast<char>(label)};
  out.append(reinterpret_cast<const char*>(pixels.const_data_ptr<std::uint8_t>()),
             3 * kSide * kSide);
  return out;
}

}  // namespace

void write_cifar100(Writer& writer) {
  const auto seed = writer.options().seed;
  const auto train = writer.train_count(50000, 100, 0), test = writer.test_count(10000, 100, 0);
  std::string records[2];
  for (const int split : {0, 1}) {
    for (std::int64_t i = 0; i < (split == 0 ? train : test); ++i)
      for (std::size_t label = 0; label < 100; ++label)
        records[split] += record(label, static_cast<std::uint64_t>(split * 1000000 + i), seed);
  }
  writer.text("cifar-100-binary/train.bin", records[0]);
  writer.text("cifar-100-binary/test.bin", records[1]);
  std::string fine, coarse;
  for (const std::string name : cifar::kClipNames) fine += name + '\n';
  std::replace(fine.begin(), fine.end(), ' ', '_');
  for (const std::string name : kCoarse) coarse += name + '\n';
  writer.text("cifar-100-binary/fine_label_names.txt", fine);
  writer.text("cifar-100-binary/coarse_label_names.txt", coarse);
}

}  // namespace lacuna::miniature
