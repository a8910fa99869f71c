// CLIP's resizing and cropping of a picture, byte for byte as Pillow and torchvision do it.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

namespace lacuna {

// Which pass of the separable filter comes first. Between the passes Pillow rounds to bytes, so the
// order shows. Pillow up to 12.2: always horizontal. Pillow 13: vertical for tall pictures.
enum class PassOrder { horizontal_first, vertical_first };

// How picture files become bytes, for models of any size: decoder, filter, pass order, version. A
// text that changes when any byte would; part of a cell's key where a data set is made of files.
std::string picture_pipeline(PassOrder order = PassOrder::horizontal_first);

// What becomes of a decoded picture before it is normalised.
struct PictureTransform {
  std::int64_t size = 224;  // S
  PassOrder order = PassOrder::horizontal_first;

  // picture_pipeline() and the size: part of the key of whatever keeps such pictures.
  std::string identity() const;

  // uint8 [H, W, 3] -> uint8 [3, S, S], a new tensor. Bicubic (a = -0.5) with antialiasing, 22-bit
  // fixed-point weights, bytes between the passes, as Pillow's Resample.c; the shorter side becomes
  // S and the longer int(S * longer / shorter), the crop begins at round((length - S) / 2), half to
  // even, as torchvision's Resize and CenterCrop. What the crop drops is not computed. Throws Error
  // for a tensor that is no picture. [any thread]
  at::Tensor apply(const at::Tensor& picture) const;
};

}  // namespace lacuna
