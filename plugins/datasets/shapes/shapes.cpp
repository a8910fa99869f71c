// The embedded data set: sixty drawn concepts in twelve groups, in two styles, made on the spot.
#include <string>
#include <vector>

#include "concepts.hpp"
#include "lacuna/lacuna.hpp"
#include "rendering/rendered_dataset.hpp"
#include "rendering/styles.hpp"

namespace {

using namespace lacuna;

using NameLists = std::map<std::string, std::vector<std::string>>;

// Forget splits by how well the shipped model `models/demo` knows the concepts, measured on 100
// pictures a class of the filled style's test split: "difficult" 96 to 99 %, "medium" 91 to 95 %,
// "easy" 59 to 87 %. Eight each, disjoint. To be set anew whenever that model changes.
const NameLists& forget_lists() {
  static const NameLists lists{
      {"difficult", {"crescent", "dog", "sun", "sad face", "daisy", "club", "car", "wine glass"}},
      {"medium",
       {"van", "wrench", "half circle", "heart", "bushy tree", "mug", "starburst", "owl"}},
      {"easy",
       {"circle", "octagon", "diamond", "six-pointed star", "neutral face", "x mark", "airplane",
        "shield"}},
  };
  return lists;
}

std::vector<shapes::Concept> all_concepts() {
  std::vector<shapes::Concept> all;
  for (const auto part :
       {shapes::geometric_concepts(), shapes::object_concepts(), shapes::nature_concepts()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

Taxonomy make_taxonomy() {
  Taxonomy taxonomy;
  for (const auto& concept_ : all_concepts()) {
    if (taxonomy.coarse.empty() || taxonomy.coarse.back() != concept_.group) {
      taxonomy.coarse.emplace_back(concept_.group);
    }
    taxonomy.fine.emplace_back(concept_.name);
    taxonomy.parent.push_back(static_cast<std::int64_t>(taxonomy.coarse.size()) - 1);
  }
  return taxonomy;
}

rendering::RenderedDataset::Paint painter(const std::string& style) {
  const bool sketch = style == "sketch";
  return [sketch, all = all_concepts()](std::int64_t label, int size, SplitMix& random,
                                        std::uint8_t* rgb) {
    rendering::Drawing drawing;
    all[static_cast<std::size_t>(label)].draw(drawing, random);
    if (sketch) {
      rendering::paint_sketch(drawing, rendering::kSketch, size, random, rgb);
    } else {
      rendering::paint_filled(drawing, rendering::kFilled, size, random, rgb);
    }
  };
}

class Shapes final : public rendering::RenderedDataset {
 public:
  struct Params {
    std::string style = "filled";
    rendering::Samples samples;
    void visit(auto&& field) {
      field(
          "style", style,
          Field{.help = "filled: solid colours among distractors; sketch: pencil outlines on paper",
                .choices = {"filled", "sketch"}});
      samples.visit(field);
    }
  };
  Shapes(const Params& params, const DataRoots&)
      : RenderedDataset("shapes", params.style, params.samples, make_taxonomy(),
                        painter(params.style)) {}

  std::vector<std::string> templates() const override {
    return {"a picture of a {}.",        "a drawing of a {}.", "a small picture of a {}.",
            "a big picture of a {}.",    "a sketch of a {}.",  "a noisy picture of a {}.",
            "a colourful icon of a {}.", "a symbol of the {}."};
  }

  NameLists forget_splits() const override { return forget_lists(); }
};

}  // namespace

LACUNA_PLUGIN(lacuna::dataset<Shapes>({
    .id = "shapes",
    .version = "1.0.0",
    .summary = "embedded default: 60 drawn concepts in 12 groups, filled or as pencil sketches",
    .citation = "Lacuna, its embedded data set",
    .offers = {lacuna::Ability::coarse_names},
}))
