// Picture files as Pillow reads them.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace lacuna::pictures {

// The picture as Pillow's Image.open(file).convert("RGB") gives it: uint8 [H, W, 3], RGB. The kind
// is told by the content, never by the name. Orientation tags are not applied (but for TIFF, as
// Pillow does). Throws Error("<path>: reason"): missing, empty, cut short, not a picture (a Git-LFS
// pointer or an HTML page is called so), too large. [any thread]
at::Tensor decode(const std::filesystem::path& file);

// The same from the bytes of a file; `name` begins the message of what is thrown.
at::Tensor decode(std::string_view bytes, const std::string& name);

}  // namespace lacuna::pictures
