// What holds for every rendered data set: its bytes, its counts, its splits, its refusals.
#include <catch2/generators/catch_generators_range.hpp>
#include <set>

#include "fixtures.hpp"
#include "support/hash.hpp"

using namespace lacuna;
using namespace lacuna::testing;

namespace {

struct Golden {
  const char* id;
  const char* params;
  const char* split;
  std::int64_t first, count;
  const char* sha256;  // of all bytes
};

// Whoever changes a picture on purpose raises kRenderer in plugins/datasets/rendering/nuisances.hpp
// and these.
const std::vector<Golden> goldens{
    {"shapes", R"({"style": "filled"})", "test", 0, 240,
     "f4ce15244529cf79174d4091f8c0b46fe30e4d1ea3a6b7cb144faa9be2480617"},
    {"shapes", R"({"style": "filled"})", "train", 223, 1,
     "9036c74564e3b3d9fe44d8b753c5ca3b8aef1a72b5f9cdbcccc651599452121d"},
    {"shapes", R"({"style": "sketch"})", "test", 0, 240,
     "a78c2d3ff22d7104df328e00a36d6694952d618d2db190b5d870f28870977df8"},
    {"shapes", R"({"style": "sketch"})", "train", 223, 1,
     "1adc57e669cd220f95abc3db0dde47200cbf2079b49ce71e702830cdcffb75db"},
    {"shapes", R"({"seed": 8, "image_size": 48})", "test", 0, 60,
     "72f6b456ca4653c81c2bf71566b8ecb6e3a65c80ec8b9757e41c6e40a409db58"},
    {"letters", "{}", "test", 0, 120,
     "fe656d2e8acf0eb7eb98220030504c9b59cfd425fa858d7a51660278d91078e7"},
    {"digits", "{}", "test", 0, 120,
     "3f5dec3bf3a712654135281155668807f1d50467f75577842c0f55312d23ff29"},
    {"textures", "{}", "test", 0, 120,
     "6f5656ecc26e6e84aff8fa4f05ddee1abfebe60f61854ee18100d997c36eaef3"},
};

const std::vector<std::string> rendered{"shapes", "letters", "digits", "textures"};

std::string joined(const std::vector<std::string>& parts) {
  return std::accumulate(parts.begin(), parts.end(), std::string());
}

}  // namespace

TEST_CASE("rendered pictures have the same bytes on every machine", "[golden]") {
  const auto& golden = GENERATE(from_range(goldens));
  CAPTURE(golden.id, golden.params, golden.split);
  const auto data = dataset(golden.id, nlohmann::json::parse(golden.params));
  CHECK(sha256(joined(pictures(*data, golden.split, range(golden.first, golden.count)))) ==
        golden.sha256);
}

TEST_CASE("a picture does not depend on the counts nor on what was asked before", "[unit]") {
  const auto& id = GENERATE(from_range(rendered));
  CAPTURE(id);
  const auto few = dataset(id, {{"test_per_class", 2}, {"train_per_class", 1}});
  const auto many = dataset(id, {{"test_per_class", 30}, {"train_per_class", 300}});
  CHECK(pictures(*few, "test", {7, 3}) == pictures(*many, "test", {7, 3}));
  CHECK(pictures(*many, "test", {3, 7})[0] == pictures(*few, "test", {7, 3})[1]);
}

TEST_CASE("train and test share no picture, and no picture occurs twice", "[property]") {
  const auto& id = GENERATE(from_range(rendered));
  CAPTURE(id);
  const auto data = dataset(id);
  std::set<std::string> seen;
  std::size_t drawn = 0;
  for (const char* split : {"train", "test"}) {
    const auto count = std::min<std::int64_t>(1200, data->labels(split).numel());
    for (auto& picture : pictures(*data, split, range(0, count))) {
      seen.insert(std::move(picture));
      ++drawn;
    }
  }
  CHECK(seen.size() == drawn);
}

TEST_CASE("every class has as many pictures as was asked for", "[unit]") {
  const auto& id = GENERATE(from_range(rendered));
  CAPTURE(id);
  const auto data = dataset(id, {{"train_per_class", 9}, {"test_per_class", 4}});
  const auto classes = static_cast<std::int64_t>(data->taxonomy().fine.size());
  CHECK(data->splits() == std::vector<std::string>{"train", "test"});
  for (const auto& [split, each] : {std::pair{"train", 9}, std::pair{"test", 4}}) {
    const auto labels = data->labels(split);
    REQUIRE(labels.scalar_type() == at::kLong);
    CHECK(at::equal(at::bincount(labels, {}, classes), at::full({classes}, each, at::kLong)));
    const auto prefix = labels.narrow(0, 0, 2 * classes);
    CHECK(at::equal(at::bincount(prefix, {}, classes), at::full({classes}, 2, at::kLong)));
  }
  const auto picture = data->images("test", range(0, 1)).at(0);
  CHECK(picture.sizes() == at::IntArrayRef{32, 32, 3});
  CHECK(picture.scalar_type() == at::kByte);
}

TEST_CASE("names, prompts and manifests of the rendered data sets", "[unit]") {
  const auto& id = GENERATE(from_range(rendered));
  CAPTURE(id);
  const auto data = dataset(id);
  CHECK_NOTHROW(validate(data->taxonomy(), id));
  CHECK(data->taxonomy().hierarchical() == (id == "shapes"));
  REQUIRE(!data->templates().empty());
  for (const auto& prompt : data->templates()) {
    CAPTURE(prompt);
    CHECK(prompt.find("{}") != std::string::npos);
    CHECK(prompt.find("{}") == prompt.rfind("{}"));
  }
  CHECK(data->manifest() == dataset(id)->manifest());
  std::set<std::string> manifests{data->manifest()};
  for (const char* param : {"seed", "image_size", "train_per_class", "test_per_class"}) {
    manifests.insert(dataset(id, {{param, 21}})->manifest());
  }
  CHECK(manifests.size() == 5);
}

TEST_CASE("refusals of the rendered data sets", "[unit]") {
  const auto& id = GENERATE(from_range(rendered));
  CAPTURE(id);
  CHECK(refusal([&] {
          dataset(id, {{"sede", 1}});
        }) == "sede: unknown parameter (did you mean 'seed')");
  CHECK(refusal([&] { dataset(id, {{"seed", -1}}); }) == "seed: -1 is too small (at least 0)");
  CHECK(refusal([&] {
          dataset(id, {{"image_size", 4096}});
        }) == "image_size: 4096 is too large (at most 128)");
  CHECK(refusal([&] {
          dataset(id, {{"train_per_class", 0}});
        }) == "train_per_class: 0 is too small (at least 1)");
  const auto data = dataset(id, {{"test_per_class", 1}});
  CHECK(refusal([&] { data->labels("val"); }) ==
        id + ": 'val': no such split (known: train, test)");
  const auto total = data->labels("test").numel();
  for (const auto index : {std::int64_t{-1}, total}) {
    std::string message;
    try {
      data->images("test", std::vector{index});
    } catch (const Error& error) {
      message = error.what();
    }
    CHECK(message == id + ": picture " + std::to_string(index) +
                         " of test: out of range (there are " + std::to_string(total) + ")");
  }
}
