#include "model/pictures/resize.hpp"

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lacuna/error.hpp"
#include "model/pictures/resample.hpp"

namespace lacuna {
namespace {

// Bumped whenever the bytes of any decoded or resized picture change.
constexpr int kVersion = 1;

// A side of the picture: its length, the length it is resized to, and where the crop begins there.
struct Side {
  std::int64_t from, to, crop;
};

Side side(std::int64_t length, std::int64_t shorter, std::int64_t size) {
  const auto to = size * length / shorter;
  return {length, to, std::lrint(static_cast<double>(to - size) / 2)};
}

}  // namespace

std::string picture_pipeline(PassOrder order) {
  return fmt::format(
      "decoded as Pillow 12.2 to RGB, shorter side to the model's by antialiased bicubic in bytes, "
      "{} pass first, centre crop, version {}",
      order == PassOrder::horizontal_first ? "horizontal" : "vertical", kVersion);
}

std::string PictureTransform::identity() const {
  return fmt::format("{}, uint8 [3, {}, {}]", picture_pipeline(order), size, size);
}

at::Tensor PictureTransform::apply(const at::Tensor& picture) const {
  if (picture.dim() != 3 || picture.size(2) != 3 || picture.scalar_type() != at::kByte ||
      picture.numel() == 0)
    throw Error("picture: not uint8 [H, W, 3]");
  if (order == PassOrder::vertical_first)
    return PictureTransform{size}.apply(picture.transpose(0, 1)).transpose(1, 2).contiguous();

  const auto pixels = picture.contiguous();
  const auto height = pixels.size(0), width = pixels.size(1), shorter = std::min(height, width);
  const auto rows = side(height, shorter, size), columns = side(width, shorter, size);
  auto out = at::empty({3, size, size}, at::kByte);
  resample({.pixels = pixels.const_data_ptr<std::uint8_t>(), .height = height, .width = width},
           taps(rows.from, rows.to, rows.crop, size),
           taps(columns.from, columns.to, columns.crop, size),
           out.mutable_data_ptr<std::uint8_t>());
  return out;
}

}  // namespace lacuna
