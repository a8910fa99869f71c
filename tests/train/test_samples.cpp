// Drawing proxies, what is asked about them, and the file through which they reach the method's
// process.
#include <set>

#include "fixtures.hpp"
#include "model/weights/safetensors.hpp"
#include "support/files.hpp"
#include "train/proxies.hpp"
#include "train/samples_file.hpp"

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

// The drawn pictures with both labels, as a request with goal fine asks them.
Samples set_of(const std::vector<std::int64_t>& indices) {
  auto set = picture_samples(Numbered(), "train", indices, 8);
  ask_to_forget(set, Numbered().labels("train").index_select(0, at::tensor(indices, at::kLong)));
  return set;
}

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
  // What is granted to be kept is drawn apart.
  CHECK(draw_proxies(dataset, "train", {1, 3}, 5, 1) !=
        draw_proxies(dataset, "train", {1, 3}, 5, 1, "retain proxy"));
}

TEST_CASE("proxies: all of a concept that has fewer") {
  CHECK(draw_proxies(Numbered(), "train", {1}, 1000, 1).size() == 10);
  const auto set = set_of({0, 4, 1});  // two of class 0, one of 1
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
  const auto set = set_of({6, 1});
  CHECK(set.size == 2);
  CHECK(set.images.sizes() == at::IntArrayRef({2, 3, 8, 8}));
  CHECK(set.images[0].eq(6).all().item<bool>());
  CHECK(set.images[1].eq(1).all().item<bool>());
  REQUIRE(set.forget.size() == 1);
  CHECK(set.forget[0].question == "fine");
  CHECK(set.forget[0].target.equal(at::tensor({2, 1}, at::kLong)));
  CHECK(set.forget[0].choices == 4);
  CHECK(set.forget[0].names == set.taxonomy.fine);
  REQUIRE(set.keep.size() == 1);
  CHECK(set.keep[0].question == "coarse");
  CHECK(set.keep[0].target.equal(at::tensor({1, 0}, at::kLong)));
  CHECK(set.keep[0].choices == 2);
  CHECK(set.keep[0].names == set.taxonomy.coarse);
  CHECK(set.templates == std::vector<std::string>{"a {}.", "my {}!"});
}

TEST_CASE("of what is to be kept every name is asked") {
  auto set = picture_samples(Numbered(), "train", {6, 1}, 8);
  ask_to_keep(set, at::tensor({2, 1}, at::kLong));
  CHECK(set.forget.empty());
  REQUIRE(set.keep.size() == 2);
  CHECK(set.keep[0].question == "fine");
  CHECK(set.keep[0].target.equal(at::tensor({2, 1}, at::kLong)));
  CHECK(set.keep[1].question == "coarse");
  CHECK(set.keep[1].target.equal(at::tensor({1, 0}, at::kLong)));
  set.taxonomy.coarse.clear();
  set.taxonomy.parent.clear();
  ask_to_keep(set, at::tensor({2, 1}, at::kLong));
  CHECK(set.keep.size() == 1);
}

void check_same(const std::vector<Labels>& a, const std::vector<Labels>& b) {
  REQUIRE(a.size() == b.size());
  const auto same = [](const at::Tensor& x, const at::Tensor& y) {
    return x.defined() == y.defined() && (!x.defined() || x.equal(y));
  };
  for (std::size_t i = 0; i < a.size(); ++i) {
    CAPTURE(a[i].question);
    CHECK(a[i].question == b[i].question);
    CHECK(same(a[i].target, b[i].target));
    CHECK(same(a[i].sample, b[i].sample));
    CHECK(same(a[i].forgotten, b[i].forgotten));
    CHECK(a[i].choices == b[i].choices);
    CHECK(a[i].names == b[i].names);
  }
}

void check_same(const Samples& a, const Samples& b) {
  CHECK(a.size == b.size);
  CHECK(a.images.equal(b.images));
  CHECK(a.texts == b.texts);
  check_same(a.forget, b.forget);
  check_same(a.keep, b.keep);
  CHECK(a.taxonomy.fine == b.taxonomy.fine);
  CHECK(a.taxonomy.coarse == b.taxonomy.coarse);
  CHECK(a.taxonomy.parent == b.taxonomy.parent);
  CHECK(a.templates == b.templates);
}

TEST_CASE("a forgetting set survives its file, flat, hierarchical or hybrid") {
  const TemporaryFolder folder;
  const auto whole = set_of({0, 5, 11});
  auto hybrid = whole;
  ask_to_forget(hybrid, fine_targets(whole), {0});
  for (const auto& set : {whole, flat(whole), hybrid}) {
    CAPTURE(set.forget.size(), set.keep.size());
    save_samples(folder / "set.safetensors", {set});
    const auto back = load_samples(folder / "set.safetensors");
    check_same(back.forget, set);
    CHECK(back.retain.size == 0);
  }
}

TEST_CASE("retain samples travel in the same file") {
  const TemporaryFolder folder;
  auto retain = picture_samples(Numbered(), "train", {2, 3}, 8);
  ask_to_keep(retain, at::tensor({2, 3}, at::kLong));
  const auto set = set_of({0, 5, 11});
  save_samples(folder / "set.safetensors", {set, retain});
  const auto back = load_samples(folder / "set.safetensors");
  check_same(back.forget, set);
  check_same(back.retain, retain);
}

TEST_CASE("a damaged forgetting set is refused with the file and the reason") {
  const TemporaryFolder folder;
  const auto path = folder / "set.safetensors";
  save_samples(path, {set_of({0, 5, 11})});
  const auto good = load_safetensors(path);
  const auto refused = [&](auto&& damage) {
    auto file = good;
    damage(file);
    save_safetensors(path, file.tensors, file.metadata);
    const auto message = message_of<ConfigError>([&] { load_samples(path); });
    CAPTURE(message);
    CHECK(message.starts_with(path.string() + ": "));
    return message;
  };
  const auto says = [](const std::string& message, const char* reason) {
    CAPTURE(message, reason);
    CHECK(message.find(reason) != std::string::npos);
  };
  // With another value in the description of the forgetting set.
  const auto described = [&](const char* key, const nlohmann::json& value) {
    return refused([&](auto& f) {
      auto sets = nlohmann::json::parse(f.metadata.at("sets"));
      sets["forget"][key] = value;
      f.metadata["sets"] = sets.dump();
    });
  };
  says(refused([](auto& f) { f.metadata.erase("format"); }), "of another format");
  says(refused([](auto& f) { f.metadata["format"] = "other"; }), "of another format");
  says(refused([](auto& f) { f.metadata.erase("sets"); }), "lack 'sets'");
  says(refused([](auto& f) { f.metadata["sets"] = "{"; }), "cannot be read");
  refused([](auto& f) { f.metadata["sets"] = "{}"; });
  says(refused([](auto& f) { f.metadata["sets"] = R"({"forget": {}})"; }), "cannot be read");
  says(refused([](auto& f) { f.metadata["sets"] = R"({"forget": []})"; }), "cannot be read");
  says(described("taxonomy", nlohmann::json::object()), "cannot be read");
  says(described("forget", {{{"question", "fine"}}}), "cannot be read");
  says(described("templates", nlohmann::json::array()), "no prompts");
  says(refused([](auto& f) {
         auto sets = nlohmann::json::parse(f.metadata.at("sets"));
         sets["forget"]["size"] = 0;
         sets["forget"]["forget"] = sets["forget"]["keep"] = nlohmann::json::array();
         f.metadata["sets"] = sets.dump();
       }),
       "it has no samples");
  says(described("size", 4), "'forget/forget/0' has 3 labels for 4 samples");
  says(refused([](auto& f) { f.tensors.erase("forget/forget/0/target"); }),
       "lacks the tensor 'forget/forget/0/target'");
  says(refused([](auto& f) {
         f.tensors["forget/forget/0/target"] = at::tensor({0, 1, 9}, at::kLong);
       }),
       "'forget/forget/0/target' has a label outside [0, 4)");
  says(refused([](auto& f) { f.tensors["forget/forget/0/target"] = at::zeros({3}, at::kInt); }),
       "'forget/forget/0/target' is not a list of int64");
  says(refused([](auto& f) { f.tensors["forget/keep/0/target"] = at::zeros({2}, at::kLong); }),
       "'forget/keep/0' has 2 labels for 3 samples");
  says(refused([](auto& f) {
         f.tensors["forget/images"] = at::zeros({3, 3, 8, 7}, at::kByte);
       }),
       "'forget/images' is not uint8 [3, 3, S, S]");
  write_file_atomically(path, "no such thing");
  CHECK_THROWS_AS(load_samples(path), ConfigError);
}

}  // namespace
}  // namespace lacuna::testing
