// Decoding and resizing against Pillow and torchvision: not one byte may differ.
#include <ATen/core/Tensor.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdio>
#include <ctime>
#include <functional>
#include <map>

#include "data.hpp"
#include "lacuna/error.hpp"
#include "model/picture_cache.hpp"
#include "model/resize.hpp"
#include "pictures/decode.hpp"
#include "support/files.hpp"
#include "support/hash.hpp"

using namespace lacuna;

namespace {

std::string digest(const at::Tensor& pixels) {
  const auto bytes = pixels.contiguous();
  return Sha256().update(bytes.const_data_ptr(), bytes.nbytes()).hex();
}

// What decode() gives, or why it gives nothing.
std::string decoded(const std::filesystem::path& file) {
  try {
    return digest(pictures::decode(file));
  } catch (const Error& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("pictures: every decoded byte and every byte of every crop is Pillow's") {
  const auto folder = test::parity_data("pictures");
  const auto index = read_json(folder / "index.json");
  REQUIRE(index.size() >= 500);
  std::size_t crops = 0;
  std::map<std::string, int> wrong;
  for (const auto& one : index) {
    const auto kind = one.at("kind").get<std::string>(), file = one.at("file").get<std::string>();
    INFO(kind << " " << one.at("height") << " x " << one.at("width") << " " << file);
    at::Tensor picture;
    try {
      picture = pictures::decode(folder / file);
    } catch (const Error& error) {
      ++wrong[kind];
      FAIL_CHECK(error.what());
      continue;
    }
    const bool same = picture.size(0) == one.at("height") && picture.size(1) == one.at("width") &&
                      digest(picture) == one.at("pixels");
    CHECK(same);
    if (!same) ++wrong[kind];
    for (const auto& [size, expected] : one.at("crops").items()) {
      INFO("S = " << size);
      const auto crop = PictureTransform{.size = std::stoll(size)}.apply(picture);
      ++crops;
      if (same) CHECK(digest(crop) == expected.get<std::string>());
    }
  }
  CHECK(crops >= 1000);
  for (const auto& [kind, count] : wrong) UNSCOPED_INFO(kind << ": " << count << " wrong");
  CHECK(wrong.empty());
}

// For measure_pictures.py: seconds for all files of a folder, best of five, on one thread.
TEST_CASE("pictures: throughput", "[.]") {
  const char* folder = std::getenv("LACUNA_MEASURE");
  if (folder == nullptr) SKIP("measure_pictures.py runs this");
  const PictureTransform transform{.size = 224};
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(folder)) files.push_back(file.path());
  std::vector<at::Tensor> decoded;
  for (const auto& file : files) decoded.push_back(pictures::decode(file));
  const auto kept = std::filesystem::path(folder) / "kept";
  PictureCache cache(kept, {}, 0);
  const auto best = [](const std::function<void()>& work) {
    double seconds = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto start = std::clock();  // of the processor: other work on the machine counts little
      work();
      const auto took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
      seconds = std::min(seconds, took);
    }
    std::printf("seconds %.6f\n", seconds);
  };
  best([&] {
    for (const auto& file : files) pictures::decode(file);
  });
  best([&] {
    for (const auto& picture : decoded) transform.apply(picture);
  });
  best([&] {
    for (std::size_t i = 0; i < files.size(); ++i)
      cache.get(read_file(files[i]), transform, [&] { return transform.apply(decoded[i]); });
  });
  std::filesystem::remove_all(kept);
}

TEST_CASE("pictures: files cut short are refused where Pillow refuses them") {
  const auto folder = test::parity_data("pictures");
  for (const auto& one : read_json(folder / "cut.json")) {
    const auto file = folder / one.at("file").get<std::string>();
    INFO(one.at("kind") << " " << file.string());
    const auto ours = decoded(file);
    if (one.at("pixels").is_null()) {
      CHECK(ours.starts_with(file.string() + ": "));
    } else {
      CHECK(ours == one.at("pixels").get<std::string>());
    }
  }
}
