// Drawing proxies, and the file through which they reach the method's process.
#include <set>

#include "fixtures.hpp"
#include "model/safetensors.hpp"
#include "support/files.hpp"
#include "train/forgetting_set.hpp"

namespace lacuna::testing {
namespace {

// 40 pictures of four classes, label = index % 4; class 3 has none in "test". Colour = index.
class Numbered final : public Dataset {
 public:
  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return {"a {}.", "my {}!"}; }
  std::vector<std::string> splits() const override { return {"train", "test"}; }
  at::Tensor labels(const std::string& split) const override {
    return at::arange(40, at::kLong).remainder(split == "train" ? 4 : 3);
  }
  std::vector<at::Tensor> images(const std::string&,
                                 std::span<const std::int64_t> indices) const override {
    std::vector<at::Tensor> out;
    for (const auto index : indices) out.push_back(at::full({8, 8, 3}, index, at::kByte));
    return out;
  }
  std::string manifest() const override { return "numbered"; }

 private:
  Taxonomy taxonomy_{{"ant", "bee", "cat", "dog"}, {"bug", "beast"}, {0, 0, 1, 1}};
};

TEST_CASE("proxies: so many of each concept, grouped in the order asked for, without repeats") {
  const Numbered dataset;
  const auto drawn = draw_proxies(dataset, "train", {2, 0}, 6, 1);
  REQUIRE(drawn.size() == 12);
  for (std::size_t i = 0; i < drawn.size(); ++i) CHECK(drawn[i] % 4 == (i < 6 ? 2 : 0));
  CHECK(std::set(drawn.begin(), drawn.end()).size() == 12);
}

TEST_CASE("proxies depend on the seed alone") {
  const Numbered dataset;
  CHECK(draw_proxies(dataset, "train", {1, 3}, 5, 1) ==
        draw_proxies(dataset, "train", {1, 3}, 5, 1));
  CHECK(draw_proxies(dataset, "train", {1, 3}, 5, 1) !=
        draw_proxies(dataset, "train", {1, 3}, 5, 2));
}

TEST_CASE("proxies: all of a concept that has fewer") {
  CHECK(draw_proxies(Numbered(), "train", {1}, 1000, 1).size() == 10);
  auto set = build_forgetting_set(Numbered(), "train", {0, 4, 1}, 8);  // two of class 0, one of 1
  const auto& fine = set.taxonomy.fine;
  CHECK(fewer_samples(set, 1).empty());
  CHECK(fewer_samples(set, 2) == std::map<std::string, std::int64_t>{{fine[1], 1}});
  CHECK(fewer_samples(set, 3) == std::map<std::string, std::int64_t>{{fine[0], 2}, {fine[1], 1}});
}

TEST_CASE("proxies: no pictures, or none wanted") {
  CHECK(message_of<ConfigError>([] { draw_proxies(Numbered(), "test", {3}, 5, 1); }) ==
        "dog: no picture in split 'test'");
  CHECK(message_of<ConfigError>([] { draw_proxies(Numbered(), "train", {1}, 0, 1); }) ==
        "samples_per_concept: 0 is below 1");
}

TEST_CASE("a forgetting set has the drawn pictures with both labels") {
  const auto set = build_forgetting_set(Numbered(), "train", {6, 1}, 8);
  CHECK(set.size() == 2);
  CHECK(set.images.sizes() == at::IntArrayRef({2, 3, 8, 8}));
  CHECK(set.images[0].eq(6).all().item<bool>());
  CHECK(set.images[1].eq(1).all().item<bool>());
  CHECK(set.fine.equal(at::tensor({2, 1}, at::kLong)));
  CHECK(set.coarse.equal(at::tensor({1, 0}, at::kLong)));
  CHECK(set.templates == std::vector<std::string>{"a {}.", "my {}!"});
}

TEST_CASE("a forgetting set survives its file, flat or not") {
  const TemporaryFolder folder;
  for (const bool is_flat : {false, true}) {
    CAPTURE(is_flat);
    auto set = build_forgetting_set(Numbered(), "train", {0, 5, 11}, 8);
    if (is_flat) set = flat(set);
    save_forgetting_set(folder / "set.safetensors", set);
    const auto back = load_forgetting_set(folder / "set.safetensors");
    CHECK(back.images.equal(set.images));
    CHECK(back.fine.equal(set.fine));
    CHECK(back.coarse.defined() == !is_flat);
    if (!is_flat) CHECK(back.coarse.equal(set.coarse));
    CHECK(back.taxonomy.fine == set.taxonomy.fine);
    CHECK(back.taxonomy.coarse == set.taxonomy.coarse);
    CHECK(back.taxonomy.parent == set.taxonomy.parent);
    CHECK(back.templates == set.templates);
  }
}

TEST_CASE("a damaged forgetting set is refused with the file and the reason") {
  const TemporaryFolder folder;
  const auto path = folder / "set.safetensors";
  save_forgetting_set(path, build_forgetting_set(Numbered(), "train", {0, 5, 11}, 8));
  const auto good = load_safetensors(path);
  const auto refused = [&](auto&& damage) {
    auto file = good;
    damage(file);
    save_safetensors(path, file.tensors, file.metadata);
    const auto message = message_of<ConfigError>([&] { load_forgetting_set(path); });
    CHECK(message.starts_with(path.string() + ": "));
    return message;
  };
  const auto says = [](const std::string& message, const char* reason) {
    CAPTURE(message, reason);
    CHECK(message.find(reason) != std::string::npos);
  };
  says(refused([](auto& f) { f.metadata.erase("format"); }), "lack 'format'");
  says(refused([](auto& f) { f.metadata["format"] = "other"; }), "of another format");
  says(refused([](auto& f) { f.metadata["taxonomy"] = "{"; }), "cannot be read");
  says(refused([](auto& f) { f.metadata["taxonomy"] = "{}"; }), "cannot be read");
  says(refused([](auto& f) { f.metadata["templates"] = "[]"; }), "no prompts");
  says(refused([](auto& f) { f.tensors.erase("fine"); }), "lacks the tensor 'fine'");
  says(refused([](auto& f) {
         f.tensors["fine"] = at::tensor({0, 1, 9}, at::kLong);
       }),
       "'fine' has a label outside [0, 4)");
  says(refused([](auto& f) { f.tensors["coarse"] = at::zeros({2}, at::kLong); }),
       "'coarse' is not int64 [3]");
  says(refused([](auto& f) {
         f.tensors["images"] = at::zeros({3, 3, 8, 7}, at::kByte);
       }),
       "'images' is not uint8 [N, 3, S, S]");
  write_file_atomically(path, "no such thing");
  CHECK_THROWS_AS(load_forgetting_set(path), ConfigError);
}

}  // namespace
}  // namespace lacuna::testing
