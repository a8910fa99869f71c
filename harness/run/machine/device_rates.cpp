#include "run/machine/device_rates.hpp"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>

#include "model/clip/precision.hpp"
#include "support/device.hpp"

namespace lacuna {
namespace {

// Seconds of one call of `body`: the best of five rounds, after one that warms up.
template <class F>
double best_seconds(c10::Device device, double at_least, F&& body) {
  using Clock = std::chrono::steady_clock;
  std::int64_t repeats = 1;
  const auto round = [&] {
    synchronize(device);
    const auto start = Clock::now();
    for (std::int64_t i = 0; i < repeats; ++i) body();
    synchronize(device);
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  round();
  for (double passed = round(); passed < at_least; passed = round())
    repeats = std::max(2 * repeats,
                       static_cast<std::int64_t>(static_cast<double>(repeats) * at_least / passed));
  double best = round();
  for (int i = 0; i < 4; ++i) best = std::min(best, round());
  return best / static_cast<double>(repeats);
}

}  // namespace

DeviceRates measure_rates(c10::Device device, double seconds) {
  const at::NoGradGuard no_grad;
  DeviceRates out{.size = device.is_cpu() ? 1024 : 8192, .products = {}};
  const auto options = at::TensorOptions().device(device).dtype(at::kFloat);
  const auto a = at::rand({out.size, out.size}, options), b = at::rand_like(a);
  for (const auto& precision : kPrecisions) {
    const Precision scope(precision, device.type());
    const auto type = precision == "bfloat16" ? at::kBFloat16 : at::kFloat;
    const auto left = a.to(type), right = b.to(type);
    auto product = at::empty_like(left);
    const double n = static_cast<double>(out.size);
    out.products[precision] =
        2 * n * n * n / best_seconds(device, seconds, [&] { at::mm_out(product, left, right); });
  }
  const auto source = at::zeros({1 << 28}, options.dtype(at::kByte));
  auto target = at::empty_like(source);
  const auto bytes = static_cast<double>(source.numel());
  out.copy_bytes_per_second =
      2 * bytes / best_seconds(device, seconds, [&] { target.copy_(source); });
  if (device.is_cpu()) return out;
  const auto host = at::zeros({1 << 26}, at::kByte);
  auto there = at::empty_like(host, options.dtype(at::kByte));
  out.host_to_device_bytes_per_second =
      static_cast<double>(host.numel()) / best_seconds(device, seconds, [&] { there.copy_(host); });
  return out;
}

}  // namespace lacuna
