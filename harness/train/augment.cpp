#include "train/augment.hpp"

#include <ATen/ATen.h>

namespace lacuna {

namespace {

// Mirrors positions outside [0, size) back inside, as reflection padding does.
at::Tensor reflect(const at::Tensor& position, std::int64_t size) {
  const auto folded = position.abs();
  return (size - 1) - ((size - 1) - folded).abs();
}

}  // namespace

at::Tensor augment(const at::Tensor& pixels, const Augmentation& allowed, at::Generator generator) {
  const auto n = pixels.size(0), size = pixels.size(2);
  const auto draw = [&] { return at::rand({n, 1}, generator); };
  const auto flip = draw().lt(0.5).logical_and(allowed.flip.view({n, 1}));
  const auto shift = allowed.shift.view({n, 1});
  const auto up_to = [&](const at::Tensor& uniform, const at::Tensor& count) {
    return (uniform * count).floor().to(at::kLong);  // 0 … count-1
  };
  const auto dy = up_to(draw(), 2 * shift + 1) - shift;
  const auto dx = up_to(draw(), 2 * shift + 1) - shift;
  const auto cut_y = up_to(draw(), at::full({n, 1}, size, at::kLong));
  const auto cut_x = up_to(draw(), at::full({n, 1}, size, at::kLong));

  const auto line = at::arange(size, at::kLong).view({1, size});
  const auto rows = reflect(line + dy, size);
  auto columns = reflect(line + dx, size);
  columns = at::where(flip, size - 1 - columns, columns);

  const auto sample = at::arange(n, at::kLong).view({n, 1, 1, 1});
  const auto channel = at::arange(3, at::kLong).view({1, 3, 1, 1});
  auto out =
      pixels.index({sample, channel, rows.view({n, 1, size, 1}), columns.view({n, 1, 1, size})});

  const auto half = allowed.cutout.view({n, 1}).to(at::kDouble) / 2;
  const auto inside = [&](const at::Tensor& centre) {
    return (line + 0.5 - centre).abs().lt(half);
  };
  const auto cut =
      inside(cut_y).view({n, 1, size, 1}).logical_and(inside(cut_x).view({n, 1, 1, size}));
  return out.masked_fill_(cut, 128);
}

}  // namespace lacuna
