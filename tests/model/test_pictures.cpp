// Loading pictures in parallel and as a stream, beside one after the other.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <thread>

#include "fixtures.hpp"
#include "lacuna/lacuna.hpp"
#include "model/clip/zero_shot.hpp"
#include "model/pictures/pictures.hpp"

using namespace lacuna;
using lacuna::testing::TemporaryFolder;
using lacuna::testing::tiny_clip;
using lacuna::testing::write_bytes;

namespace {

// Pictures of many sizes, made from their index; with a folder, each has a file that names it.
class Varied : public Dataset {
 public:
  explicit Varied(std::int64_t count, std::filesystem::path folder = {})
      : count_(count), folder_(std::move(folder)) {}

  const Taxonomy& taxonomy() const override { return taxonomy_; }
  std::vector<std::string> templates() const override { return {"a {}."}; }
  std::vector<std::string> splits() const override { return {"test"}; }
  at::Tensor labels(const std::string&) const override { return at::zeros({count_}, at::kLong); }
  std::vector<at::Tensor> images(const std::string&,
                                 std::span<const std::int64_t> indices) const override {
    std::vector<at::Tensor> out;
    for (const auto index : indices) {
      ++made;
      if (index == bad || index == bad + 20) {
        // Long enough that another thread meets the other one; which is met first is `slow`'s to
        // say.
        std::this_thread::sleep_for(std::chrono::milliseconds(index == slow ? 60 : 20));
        throw Error(std::to_string(index) + ": is damaged");
      }
      out.push_back(at::randint(256, {5 + index % 7, 4 + index % 11, 3},
                                make_generator(static_cast<std::uint64_t>(index), "varied"),
                                at::kByte));
    }
    return out;
  }
  std::filesystem::path file(const std::string&, std::int64_t index) const override {
    return folder_.empty() ? folder_ : folder_ / std::to_string(index);
  }
  std::string manifest() const override { return "varied"; }

  mutable std::atomic<int> made = 0;
  std::int64_t bad = -100, slow = -100;

 private:
  Taxonomy taxonomy_{{"ant", "bee"}, {}, {}};
  std::int64_t count_;
  std::filesystem::path folder_;
};

at::Tensor one_by_one(const Dataset& dataset, std::int64_t count) {
  std::vector<at::Tensor> pictures;
  for (std::int64_t i = 0; i < count; ++i)
    pictures.push_back(stack_pictures(dataset.images("test", std::span(&i, 1)), 8));
  return at::cat(pictures);
}

std::string message_of(auto&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("pictures: loaded by any number of threads they are the same, in order") {
  const Varied dataset(133);
  const auto expected = one_by_one(dataset, 133);
  for (const int threads : {1, 2, 5, 40}) {
    CHECK(at::equal(load_pictures(dataset, "test", 8, {threads, nullptr}), expected));
  }
  CHECK(at::equal(load_pictures(dataset, "test", {7, 7, 130, 0}, 8, {3, nullptr}),
                  expected.index_select(0, at::tensor({7, 7, 130, 0}, at::kLong))));
  CHECK(load_pictures(dataset, "test", {}, 8).sizes() == at::IntArrayRef({0, 3, 8, 8}));
}

TEST_CASE("pictures: the first bad picture is the one that is named, whoever met it") {
  Varied dataset(200);
  dataset.bad = 70;
  for (const int threads : {1, 4, 16}) {
    dataset.slow = threads == 4 ? 70 : 90;
    CHECK(message_of([&] {
            load_pictures(dataset, "test", 8, {threads, nullptr});
          }) == "70: is damaged");
    PictureStream stream(dataset, "test", 8, 64, {threads, nullptr});
    CHECK(stream.next().size(0) == 64);
    CHECK(message_of([&] { stream.next(); }) == "70: is damaged");
    CHECK_FALSE(stream.next().defined());
  }
}

TEST_CASE("pictures: a stream gives the same pictures, cut into batches, and runs ahead by two") {
  const Varied dataset(150);
  const auto expected = one_by_one(dataset, 150);
  for (const std::int64_t batch : {1, 32, 150, 1000}) {
    PictureStream stream(dataset, "test", 8, batch, {2, nullptr});
    std::vector<at::Tensor> all;
    for (auto pixels = stream.next(); pixels.defined(); pixels = stream.next()) {
      CHECK(pixels.size(0) <= batch);
      all.push_back(pixels);
    }
    CHECK(at::equal(at::cat(all), expected));
  }
  const Varied watched(150);
  {
    PictureStream stream(watched, "test", 8, 10, {2, nullptr});
    stream.next();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    CHECK(watched.made <= 30);  // one in use, two ready
  }
  CHECK(watched.made <= 30);  // a stream that is dropped stops
}

TEST_CASE("pictures: of files, each is decoded once for all runs") {
  const TemporaryFolder files, kept;
  for (int i = 0; i < 40; ++i) write_bytes(files / std::to_string(i), "file " + std::to_string(i));
  const Varied dataset(40, files.path());
  const auto expected = one_by_one(dataset, 40);
  PictureCache cache(kept.path(), {}, 0);
  dataset.made = 0;
  CHECK(at::equal(load_pictures(dataset, "test", 8, {3, &cache}), expected));
  CHECK(dataset.made == 40);
  CHECK(at::equal(load_pictures(dataset, "test", 8, {3, &cache}), expected));
  CHECK(dataset.made == 40);
  CHECK(load_pictures(dataset, "test", {0}, 16, {1, &cache}).size(3) == 16);  // another transform
  CHECK(dataset.made == 41);
  std::filesystem::remove(files / "3");  // the data set is asked, and says what is wrong with it
  load_pictures(dataset, "test", {3}, 8, {1, &cache});
  CHECK(dataset.made == 42);
}

TEST_CASE(
    "pictures: features of a streamed split equal those of all pictures at once, to the bit") {
  const auto clip = tiny_clip();
  const Varied dataset(150);
  for (const std::int64_t batch : {64, 256}) {
    const auto streamed = encode_split(clip, dataset, "test", {3, nullptr}, batch);
    CHECK(at::equal(streamed, encode_pictures(clip, one_by_one(dataset, 150), batch)));
  }
  CHECK(encode_split(clip, Varied(0), "test").sizes() == at::IntArrayRef({0, 12}));
}
