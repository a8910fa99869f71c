// A zero-shot suite: patterns that fill the picture.
#include "lacuna/lacuna.hpp"
#include "patterns.hpp"
#include "rendering/rendered_dataset.hpp"
#include "rendering/styles.hpp"

namespace {

using namespace lacuna;

Taxonomy make_taxonomy() {
  Taxonomy taxonomy;
  for (const auto& pattern : textures::patterns()) taxonomy.fine.emplace_back(pattern.name);
  return taxonomy;
}

void paint(std::int64_t label, int size, SplitMix& random, std::uint8_t* rgb) {
  rendering::Drawing drawing;
  textures::patterns()[static_cast<std::size_t>(label)].draw(drawing, random);
  rendering::paint_filled(drawing, rendering::kTexture, size, random, rgb);
}

class Textures final : public rendering::RenderedDataset {
 public:
  using Params = rendering::Samples;
  Textures(const Params& params, const DataRoots&)
      : RenderedDataset("textures", "filled", params, make_taxonomy(), paint) {}

  std::vector<std::string> templates() const override {
    return {"a picture of {}.", "a pattern of {}.", "a texture with {}.", "a drawing of {}."};
  }
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Textures>({
    .id = "textures",
    .version = "1.0.0",
    .summary = "zero-shot suite: 12 drawn patterns that fill the picture",
    .citation = "Lacuna, its embedded data set",
}))
