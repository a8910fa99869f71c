// Resizing and cropping beside the long way: the whole picture by the formula, then the crop.
#include <ATen/ATen.h>

#include <catch2/catch_test_macros.hpp>
#include <cmath>

#include "lacuna/error.hpp"
#include "lacuna/random.hpp"
#include "model/pictures/resize.hpp"

using namespace lacuna;

namespace {

double bicubic(double x) {
  x = std::abs(x);
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

// One pass along dimension 0 of uint8 [n, m, 3], all of it, a pixel at a time.
at::Tensor pass(const at::Tensor& in, std::int64_t length) {
  const auto from = in.size(0);
  if (length == from) return in;
  auto out = at::empty({length, in.size(1), 3}, at::kByte);
  const double scale = static_cast<double>(from) / static_cast<double>(length);
  const double stretch = std::max(1.0, scale);
  for (std::int64_t i = 0; i < length; ++i) {
    const double centre = (static_cast<double>(i) + 0.5) * scale;
    const auto low =
        std::max<std::int64_t>(0, static_cast<std::int64_t>(centre - 2 * stretch + 0.5));
    const auto high = std::min(from, static_cast<std::int64_t>(centre + 2 * stretch + 0.5));
    std::vector<double> weights;
    double sum = 0;
    for (auto j = low; j < high; ++j) {
      weights.push_back(bicubic((static_cast<double>(j) - centre + 0.5) * (1 / stretch)));
      sum += weights.back();
    }
    auto total = at::full({in.size(1), 3}, 1 << 21, at::kLong);
    for (auto j = low; j < high; ++j) {
      const auto weight =
          std::llround(weights[static_cast<std::size_t>(j - low)] / sum * (1 << 22));
      total += in[j].to(at::kLong) * static_cast<std::int64_t>(weight);
    }
    out[i].copy_(at::bitwise_right_shift(total, at::scalar_tensor(22, at::kLong)).clamp(0, 255));
  }
  return out;
}

at::Tensor long_way(const at::Tensor& picture, std::int64_t size, PassOrder order) {
  const auto height = picture.size(0), width = picture.size(1), shorter = std::min(height, width);
  const auto rows = size * height / shorter, columns = size * width / shorter;
  const auto across = [&](const at::Tensor& x) {
    return pass(x.transpose(0, 1), columns).transpose(0, 1);
  };
  const auto whole = order == PassOrder::horizontal_first ? pass(across(picture), rows)
                                                          : across(pass(picture, rows));
  const auto offset = [&](std::int64_t length) {  // half to even
    const auto twice = length - size, half = twice / 2;
    return twice % 2 == 0 || half % 2 == 0 ? half : half + 1;
  };
  return whole.narrow(0, offset(rows), size).narrow(1, offset(columns), size).permute({2, 0, 1});
}

at::Tensor noise(std::int64_t height, std::int64_t width) {
  return at::randint(256, {height, width, 3}, make_generator(height * 10007 + width, "noise"),
                     at::kByte);
}

}  // namespace

TEST_CASE("resize: what survives the crop equals the whole way, byte for byte", "[property]") {
  for (const auto order : {PassOrder::horizontal_first, PassOrder::vertical_first})
    for (const auto& [height, width, size] : {std::array<std::int64_t, 3>{1, 1, 8},
                                              {1, 9, 8},
                                              {9, 1, 5},
                                              {8, 8, 8},
                                              {8, 13, 8},
                                              {13, 8, 8},
                                              {8, 12, 8},
                                              {15, 16, 17},
                                              {40, 30, 16},
                                              {31, 57, 16},
                                              {64, 200, 24},
                                              {300, 70, 33},
                                              {3, 80, 16},
                                              {100, 101, 70},
                                              {97, 41, 64}}) {
      INFO(height << " x " << width << " to " << size);
      const auto picture = noise(height, width);
      CHECK(
          at::equal(PictureTransform{size, order}.apply(picture), long_way(picture, size, order)));
    }
}

TEST_CASE("resize: a picture of the model's size keeps its bytes") {
  const auto picture = noise(32, 32);
  CHECK(at::equal(PictureTransform{32}.apply(picture), picture.permute({2, 0, 1})));
}

TEST_CASE("resize: of a picture that already has the shorter side, only the crop is taken") {
  const auto picture = noise(32, 37);  // (37 - 32) / 2 = 2.5, to the even side
  CHECK(
      at::equal(PictureTransform{32}.apply(picture), picture.permute({2, 0, 1}).narrow(2, 2, 32)));
  const auto tall = noise(39, 32);  // 3.5
  CHECK(at::equal(PictureTransform{32}.apply(tall), tall.permute({2, 0, 1}).narrow(1, 4, 32)));
}

TEST_CASE("resize: the order of the passes shows in noise") {
  const auto picture = noise(90, 40);
  CHECK_FALSE(at::equal(PictureTransform{16, PassOrder::horizontal_first}.apply(picture),
                        PictureTransform{16, PassOrder::vertical_first}.apply(picture)));
}

TEST_CASE("resize: a view of another picture is read as what it shows") {
  const auto whole = noise(60, 80);
  const auto view = whole.narrow(0, 7, 40).narrow(1, 11, 50);
  CHECK(at::equal(PictureTransform{16}.apply(view), PictureTransform{16}.apply(view.clone())));
}

TEST_CASE("resize: one colour stays that colour") {
  for (const int value : {0, 1, 77, 254, 255}) {
    const auto out = PictureTransform{24}.apply(at::full({55, 99, 3}, value, at::kByte));
    CHECK(out.eq(value).all().item<bool>());
  }
}

TEST_CASE("resize: the identity says all that can move a byte") {
  CHECK(PictureTransform{224}.identity() ==
        "decoded as Pillow 12.2 to RGB, shorter side to the model's by antialiased bicubic in "
        "bytes, horizontal pass first, centre crop, version 1, uint8 [3, 224, 224]");
  CHECK(PictureTransform{224}.identity().starts_with(picture_pipeline()));
  CHECK(PictureTransform{224}.identity() != PictureTransform{336}.identity());
  CHECK(PictureTransform{224}.identity() !=
        PictureTransform{224, PassOrder::vertical_first}.identity());
}

TEST_CASE("resize: what is no picture is refused") {
  const auto refused = [](const at::Tensor& x) {
    try {
      PictureTransform{8}.apply(x);
    } catch (const Error& error) {
      return std::string(error.what()) == "picture: not uint8 [H, W, 3]";
    }
    return false;
  };
  CHECK(refused(at::zeros({8, 8, 3})));
  CHECK(refused(at::zeros({8, 8}, at::kByte)));
  CHECK(refused(at::zeros({3, 8, 8}, at::kByte)));
  CHECK(refused(at::zeros({0, 8, 3}, at::kByte)));
}
