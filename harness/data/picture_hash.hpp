// What makes two pictures the same.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>

namespace lacuna {

// SHA-256 of a picture's height, width and pixels; uint8 [H, W, 3].
std::string picture_hash(const at::Tensor& picture);

}  // namespace lacuna
