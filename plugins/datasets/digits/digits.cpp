// A zero-shot suite: the digits, named by words.
#include <memory>

#include "lacuna/lacuna.hpp"
#include "rendering/glyph.hpp"
#include "rendering/rendered_dataset.hpp"

namespace {

using namespace lacuna;

Taxonomy make_taxonomy() {
  return {.fine = {"zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"},
          .coarse = {},
          .parent = {}};
}

rendering::RenderedDataset::Paint painter() {
  auto characters = std::make_shared<const rendering::Characters>("0123456789");
  return [characters](std::int64_t label, int size, SplitMix& random, std::uint8_t* rgb) {
    characters->paint(label, size, random, rgb);
  };
}

class Digits final : public rendering::RenderedDataset {
 public:
  using Params = rendering::Samples;
  Digits(const Params& params, const DataRoots&)
      : RenderedDataset("digits", "filled", params, make_taxonomy(), painter()) {}

  std::vector<std::string> templates() const override {
    return {"a picture of the number {}.", "the number {}.", "a drawing of the digit {}.",
            "the digit {}."};
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Digits>({
    .id = "digits",
    .version = "1.0.0",
    .summary = "zero-shot suite: 10 drawn digits in several fonts",
    .citation = "A. V. Hershey, Calligraphy for Computers, 1967 (the fonts, as in OpenCV)",
}))
