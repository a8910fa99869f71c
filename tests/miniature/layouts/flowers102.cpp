// Oxford 102 Flowers: labels and ids that count from 1, splits in no order, classes in no order.
#include <fmt/format.h>

#include <numeric>

#include "lacuna/random.hpp"
#include "miniature/files.hpp"
#include "miniature/miniature.hpp"

namespace lacuna::miniature {
namespace {

// The same shuffle on every machine.
std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  SplitMix random(seed);
  for (std::size_t i = count; i > 1; --i)
    std::swap(order[i - 1],
              order[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(i) - 1))]);
  return order;
}

}  // namespace

void write_flowers102(Writer& writer) {
  struct Flower {
    int label, split;
    std::int64_t index;
  };
  std::vector<Flower> flowers;
  for (int label = 0; label < 102; ++label) {
    const std::int64_t counts[] = {writer.train_count(1020, 102, label),
                                   writer.train_count(1020, 102, label),
                                   writer.test_count(6149, 102, label)};
    for (int split = 0; split < 3; ++split)
      for (std::int64_t i = 0; i < counts[split]; ++i)
        flowers.push_back({label, split, split * 1000000 + i});
  }
  std::vector<double> labels, ids[3];
  for (const auto which : shuffled(flowers.size(), 102)) {
    const auto& [label, split, index] = flowers[which];
    labels.push_back(label + 1);
    ids[split].insert(ids[split].begin(), static_cast<double>(labels.size()));
    writer.odd_picture(fmt::format("flowers-102/jpg/image_{:05}.jpg", labels.size()),
                       static_cast<std::uint64_t>(label), static_cast<std::uint64_t>(index));
  }
  MatWriter(writer.path("flowers-102/imagelabels.mat")).numbers("labels", labels);
  MatWriter sets(writer.path("flowers-102/setid.mat"));
  constexpr const char* names[] = {"trnid", "valid", "tstid"};
  for (const int split : {0, 1, 2}) sets.numbers(names[split], ids[split]);
  if (writer.options().oddities) writer.text("flowers-102/jpg/Thumbs.db", "no picture");
}

}  // namespace lacuna::miniature
