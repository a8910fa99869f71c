// Splits that are divided: every picture in one part, by its content alone.
#include <ATen/ATen.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "data/inspection.hpp"
#include "data/parts.hpp"
#include "lacuna/error.hpp"

using namespace lacuna;

namespace {

// 400 squares, the last 40 of them again the first ones; "bright" ones are another style of the
// same, "few" has other pictures.
class Squares final : public Dataset {
 public:
  explicit Squares(const nlohmann::json& params)
      : bright_(params.contains("bright")), few_(params.contains("few")) {}

  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return {"a {}."}; }
  std::vector<std::string> splits() const override { return {"train", "test"}; }
  std::string manifest() const override { return "squares"; }
  at::Tensor labels(const std::string& split) const override {
    return at::arange(split == "test" ? 20 : few_ ? 100 : 400, at::kLong).remainder(2);
  }
  std::vector<at::Tensor> images(const std::string& split,
                                 std::span<const std::int64_t> indices) const override {
    std::vector<at::Tensor> out;
    for (const auto index : indices) {
      auto picture = at::full({4, 4, 3}, bright_ ? 200 : 7, at::kByte);
      picture[0][0][0] = index % 360 % 250;
      picture[0][1][0] = index % 360 / 250 + (split == "test" ? 50 : 0);
      out.push_back(picture);
    }
    return out;
  }

 private:
  Taxonomy taxonomy_{{"even", "odd"}, {}, {}};
  bool bright_, few_;
};

const Entry& squares() {
  static const Entry entry = [] {
    Entry out{};
    out.kind = Kind::dataset;
    out.info.id = "squares";
    out.make_dataset = [](const nlohmann::json& params, const DataRoots&) {
      return std::unique_ptr<Dataset>(std::make_unique<Squares>(params));
    };
    return out;
  }();
  return entry;
}

const Parts kParts{{"train", {{"fitting", 6}, {"proxies", 3}, {"validation", 1}}}};

std::unique_ptr<Dataset> divided(const nlohmann::json& params = nlohmann::json::object(),
                                 const Parts& parts = kParts) {
  return make_dataset(squares(), params, parts, {});
}

// Which of the squares stand in a part, by what is drawn in them.
std::multiset<std::int64_t> shown(const Dataset& dataset, const std::string& split) {
  std::vector<std::int64_t> all(static_cast<std::size_t>(dataset.labels(split).size(0)));
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::int64_t>(i);
  std::multiset<std::int64_t> out;
  for (const auto& picture : dataset.images(split, all))
    out.insert(picture[0][0][0].item<std::int64_t>() + 250 * picture[0][1][0].item<std::int64_t>());
  return out;
}

std::string complaint(const std::function<void()>& body) {
  try {
    body();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("parts: every picture is in one of them, equal ones together, in about the shares") {
  const auto dataset = divided();
  CHECK(dataset->splits() == std::vector<std::string>{"test", "fitting", "proxies", "validation"});
  std::multiset<std::int64_t> all;
  std::set<std::int64_t> seen;
  for (const auto* part : {"fitting", "proxies", "validation"}) {
    const auto own = shown(*dataset, part);
    for (const auto one : std::set(own.begin(), own.end())) CHECK(seen.insert(one).second);
    all.insert(own.begin(), own.end());
    CHECK(dataset->labels(part).size(0) == std::ssize(own));
  }
  CHECK(all == shown(Squares(nlohmann::json::object()), "train"));
  CHECK(std::abs(dataset->labels("fitting").size(0) - 240) < 40);
  CHECK(std::abs(dataset->labels("validation").size(0) - 40) < 25);
  CHECK(inspect(*dataset, 1, [](std::int64_t, std::int64_t) {}).across.empty());
}

TEST_CASE("parts: labels and pictures are those of the same rows") {
  const auto dataset = divided();
  const auto labels = dataset->labels("proxies");
  for (std::int64_t i = 0; i < labels.size(0); ++i) {
    const auto picture = dataset->images("proxies", std::array{i})[0];
    const auto square =
        picture[0][0][0].item<std::int64_t>() + 250 * picture[0][1][0].item<std::int64_t>();
    CHECK(labels[i].item<std::int64_t>() == square % 2);
  }
}

TEST_CASE("parts: a photograph and its other styles are in the same part") {
  CHECK(shown(*divided({{"bright", true}}), "proxies") == shown(*divided(), "proxies"));
  // Other pictures are divided by their own content.
  CHECK(shown(*divided({{"few", true}}), "proxies").size() < 60);
}

TEST_CASE("parts: what cannot be divided is said in one line") {
  CHECK(complaint([] {
          divided({}, {{"val", {{"a", 1}, {"b", 1}}}});
        }) == "parts: 'val': no such split (known: train, test)");
  CHECK(complaint([] {
          divided({}, {{"train", {{"a", 1}, {"test", 1}}}});
        }) == "parts.train: 'test' is a split already (give the part another name)");
  const auto read = [](const char* text) {
    return complaint([&] {
      const auto json = nlohmann::json::parse(text);
      read_parts(JsonView(json, "suite.json"));
    });
  };
  CHECK(read(R"({"train": {"a": 1}})") ==
        "suite.json: train: one part is no division (name two or more)");
  CHECK(read(R"({"train": {"a": 0, "b": 1}})").starts_with("suite.json: train.a: 0 is "));
}
