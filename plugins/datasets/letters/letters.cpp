// A zero-shot suite: the capital letters.
#include <memory>

#include "lacuna/lacuna.hpp"
#include "rendering/glyph.hpp"
#include "rendering/rendered_dataset.hpp"

namespace {

using namespace lacuna;

constexpr const char* kCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

Taxonomy make_taxonomy() {
  Taxonomy taxonomy;
  for (const char* c = kCharacters; *c != '\0'; ++c) taxonomy.fine.emplace_back(1, *c);
  return taxonomy;
}

rendering::RenderedDataset::Paint painter() {
  auto characters = std::make_shared<const rendering::Characters>(kCharacters);
  return [characters](std::int64_t label, int size, SplitMix& random, std::uint8_t* rgb) {
    characters->paint(label, size, random, rgb);
  };
}

class Letters final : public rendering::RenderedDataset {
 public:
  using Params = rendering::Samples;
  Letters(const Params& params, const DataRoots&)
      : RenderedDataset("letters", "filled", params, make_taxonomy(), painter()) {}

  std::vector<std::string> templates() const override {
    return {"a picture of the letter {}.", "the letter {}.", "a drawing of the letter {}.",
            "the capital letter {}."};
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Letters>({
    .id = "letters",
    .version = "1.0.0",
    .summary = "zero-shot suite: 26 drawn capital letters in several fonts",
    .citation = "A. V. Hershey, Calligraphy for Computers, 1967 (the fonts, as in OpenCV)",
}))
