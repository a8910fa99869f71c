// Picture files as Pillow reads them.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>

namespace lacuna::pictures {

// The picture as Pillow's Image.open(file).convert("RGB") gives it: uint8 [H, W, 3], RGB. The kind
// is told by the content, never by the name. Orientation tags are not applied. Throws
// Error("<path>: reason"): missing, empty, cut short, not a picture (a Git-LFS pointer or an HTML
// page is called so). [any thread]
at::Tensor decode(const std::filesystem::path& file);

}  // namespace lacuna::pictures
