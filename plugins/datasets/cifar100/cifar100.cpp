// CIFAR-100 from the official binary files, as photographs or in a style made from them.
#include <ATen/ops/empty.h>

#include <string>
#include <utility>
#include <vector>

#include "files.hpp"
#include "lacuna/lacuna.hpp"
#include "rendition.hpp"

namespace {

using namespace lacuna;

constexpr int kRendition = 1;  // raised whenever the bytes of any style change

struct Listed {
  int label;  // as in the files
  const char*
      name;  // for the reader; spellings differ between distributions ("maple", "maple_tree")
};

// Forget splits by how well the shipped model `models/cifar100` knows the classes on the test split
// ("difficult": those it knows best). Ten each, disjoint, no two of one coarse class. To be set
// anew whenever that model changes.
const std::map<std::string, std::vector<Listed>>& forget_lists() {
  static const std::map<std::string, std::vector<Listed>> lists{
      {"difficult",
       {{94, "wardrobe"},
        {53, "orange"},
        {48, "motorcycle"},
        {68, "road"},
        {60, "plain"},
        {82, "sunflower"},
        {21, "chimpanzee"},
        {56, "palm"},
        {75, "skunk"},
        {85, "tank"}}},
      {"medium",
       {{40, "lamp"},
        {77, "snail"},
        {88, "tiger"},
        {5, "bed"},
        {16, "can"},
        {18, "caterpillar"},
        {90, "train"},
        {51, "mushroom"},
        {34, "fox"},
        {36, "hamster"}}},
      {"easy",
       {{55, "otter"},
        {11, "boy"},
        {44, "lizard"},
        {65, "rabbit"},
        {3, "bear"},
        {45, "lobster"},
        {64, "possum"},
        {73, "shark"},
        {19, "cattle"},
        {10, "bowl"}}},
  };
  return lists;
}

class Cifar100 final : public Dataset {
 public:
  struct Params {
    std::string style = "photo";
    bool allow_partial = false;
    std::string names = "files";
    void visit(auto&& field) {
      field("style", style,
            Field{.help = "photo: as published; the others are made from the same pictures",
                  .choices = cifar::styles()});
      field("allow_partial", allow_partial,
            Field{.help = "accept other numbers of records than 50000 and 10000"});
      field("names", names,
            Field{.help = "files: as in fine_label_names.txt, with spaces; clip: OpenAI's (\"maple "
                          "tree\"); reference: torchvision's (\"maple_tree\"), as the paper's code "
                          "has them",
                  .choices = {"files", "clip", "reference"}});
    }
  };

  Cifar100(Params params, const DataRoots& roots)
      : style_(std::move(params.style)), archive_(cifar::open(roots, params.allow_partial)) {
    if (params.names != "files") cifar::rename(archive_, params.names == "reference");
  }

  const Taxonomy& taxonomy() const override { return archive_.taxonomy; }

  std::vector<std::string> templates() const override {
    // OpenAI's prompts for this data set, in their order.
    std::vector<std::string> prompts;
    for (const char* article : {"a", "the"}) {
      for (const char* start : {"a photo of ", "a blurry photo of ", "a black and white photo of ",
                                "a low contrast photo of ", "a high contrast photo of ",
                                "a bad photo of ", "a good photo of "}) {
        prompts.push_back(std::string(start) + article + " {}.");
      }
      for (const char* size : {"small", "big"}) {
        prompts.push_back(std::string("a photo of ") + article + ' ' + size + " {}.");
      }
    }
    return prompts;
  }

  std::vector<std::string> splits() const override { return {"train", "test"}; }

  at::Tensor labels(const std::string& split) const override {
    const auto& records = of(split);
    auto labels = at::empty({records.count()}, at::kLong);
    auto* out = labels.mutable_data_ptr<std::int64_t>();
    for (std::int64_t i = 0; i < records.count(); ++i) out[i] = records.fine(i);
    return labels;
  }

  std::vector<at::Tensor> images(const std::string& split,
                                 std::span<const std::int64_t> indices) const override {
    const auto& records = of(split);
    std::vector<at::Tensor> pictures;
    pictures.reserve(indices.size());
    for (const auto index : indices) {
      if (index < 0 || index >= records.count()) {
        throw Error("cifar100: picture " + std::to_string(index) + " of " + split +
                    ": out of range (there are " + std::to_string(records.count()) + ")");
      }
      auto picture = at::empty({cifar::kSide, cifar::kSide, 3}, at::kByte);
      cifar::render(style_, records.planes(index), picture.mutable_data_ptr<std::uint8_t>());
      pictures.push_back(std::move(picture));
    }
    return pictures;
  }

  // In the words that the harness knows for a part of a data set.
  std::vector<std::string> notes() const override {
    std::vector<std::string> all;
    for (const auto& [split, original] : {std::pair{"test", 10000}, std::pair{"train", 50000}}) {
      if (const auto count = of(split).count(); count != original)
        all.push_back(std::string(split) + ": " + std::to_string(count) +
                      " pictures (the original has " + std::to_string(original) + ")");
    }
    return all;
  }

  std::map<std::string, std::vector<std::string>> forget_splits() const override {
    std::map<std::string, std::vector<std::string>> splits;
    for (const auto& [name, list] : forget_lists()) {
      for (const Listed& listed : list) {
        splits[name].push_back(archive_.taxonomy.fine[static_cast<std::size_t>(listed.label)]);
      }
    }
    return splits;
  }

  std::string manifest() const override {
    std::string text = "cifar100\nstyle " + style_ + "\nrendition " + std::to_string(kRendition) +
                       "\ntrain.bin " + archive_.train->sha256() + "\ntest.bin " +
                       archive_.test->sha256() + "\n";
    for (std::size_t i = 0; i < archive_.taxonomy.fine.size(); ++i) {
      text += "class " + archive_.taxonomy.fine[i] + " < " +
              archive_.taxonomy.coarse[static_cast<std::size_t>(archive_.taxonomy.parent[i])] +
              "\n";
    }
    return text;
  }

 private:
  const cifar::Records& of(const std::string& split) const {
    if (split == "train") return *archive_.train;
    if (split == "test") return *archive_.test;
    throw ConfigError("cifar100: '" + split + "': no such split (known: train, test)");
  }

  std::string style_;
  cifar::Archive archive_;
};

// `names` is younger than published results: where it has its default it is left out of what a
// cell's key covers, so that those results stay valid.
Entry entry() {
  auto made = lacuna::dataset<Cifar100>({
      .id = "cifar100",
      .version = "1.0.0",
      .summary = "CIFAR-100: 60,000 photographs of 32 x 32 pixels, 100 classes in 20 groups",
      .citation = "A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images, 2009",
      .offers = {lacuna::Ability::coarse_names},
  });
  made.resolve = [](const nlohmann::json& json) {
    auto all = resolved(parse<Cifar100::Params>(json));
    if (all["names"] == Cifar100::Params{}.names) all.erase("names");
    return all;
  };
  return made;
}

}  // namespace

LACUNA_PLUGIN(entry())
