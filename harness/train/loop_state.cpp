#include "train/loop_state.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace lacuna {

RetainDraw::RetainDraw(std::int64_t size, c10::Device device, at::Generator generator)
    : size_(size), device_(device), generator_(std::move(generator)) {}

BatchRows RetainDraw::next(std::int64_t count) {
  if (size_ == 0) return {};
  std::vector<at::Tensor> parts;
  while (count > 0) {
    if (!order_.defined() || at_ == size_) {
      order_ = at::randperm(size_, generator_, at::kLong);
      at_ = 0;
    }
    const auto taken = std::min(count, size_ - at_);
    parts.push_back(order_.slice(0, at_, at_ + taken));
    at_ += taken, count -= taken;
  }
  return {at::cat(parts), device_};
}

}  // namespace lacuna
