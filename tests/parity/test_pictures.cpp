// Decoding and resizing against Pillow and torchvision: not one byte may differ.
#include <ATen/core/Tensor.h>

#include <catch2/catch_test_macros.hpp>
#include <map>

#include "data.hpp"
#include "lacuna/error.hpp"
#include "model/pictures/resize.hpp"
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
