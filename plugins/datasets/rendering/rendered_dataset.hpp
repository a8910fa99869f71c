// What all rendered data sets share: counts, labels, seeding, manifest. Pictures are drawn when
// asked for.
#pragma once

#include <functional>
#include <string>

#include "lacuna/lacuna.hpp"
#include "rendering/drawing.hpp"

namespace lacuna::rendering {

// How many pictures of what size from which seed.
struct Samples {
  std::int64_t seed = 7;
  std::int64_t image_size = 32;
  std::int64_t train_per_class = 200;
  std::int64_t test_per_class = 20;
  void visit(auto&& field) {
    field("seed", seed, Field{.help = "of all pictures", .min = 0, .max = 2147483647});
    field("image_size", image_size, Field{.help = "pixels a side", .min = 16, .max = 128});
    field("train_per_class", train_per_class,
          Field{.help = "training pictures a concept", .min = 1, .max = 20000});
    field("test_per_class", test_per_class,
          Field{.help = "test pictures a concept", .min = 1, .max = 5000});
  }
};

// Picture i of a split shows concept i mod C, its exemplar number i / C: a prefix of any length is
// balanced. A picture's bytes depend on (id, style, seed, split, concept name, exemplar number,
// size) alone.
class RenderedDataset : public Dataset {
 public:
  // Fills `rgb`, size × size × 3 bytes, with a picture of fine class `label`; all its randomness
  // comes from `random`.
  using Paint =
      std::function<void(std::int64_t label, int size, SplitMix& random, std::uint8_t* rgb)>;

  // `style` enters the seeds and the manifest. `paint` is const and may be called at any time.
  RenderedDataset(std::string id, std::string style, const Samples& samples, Taxonomy taxonomy,
                  Paint paint);

  const Taxonomy& taxonomy() const final { return taxonomy_; }
  std::vector<std::string> splits() const final { return {"train", "test"}; }
  at::Tensor labels(const std::string& split) const final;
  std::vector<at::Tensor> images(const std::string& split,
                                 std::span<const std::int64_t> indices) const final;
  std::string manifest() const final;

 private:
  std::int64_t count(const std::string& split) const;

  std::string id_, style_;
  Samples samples_;
  Taxonomy taxonomy_;
  Paint paint_;
};

}  // namespace lacuna::rendering
