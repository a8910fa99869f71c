// The decoders behind decode(), one a kind of file. Each throws Unreadable.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace lacuna::pictures {

// Why bytes are no picture, without the file's name: decode() puts it in front.
struct Unreadable : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void cut_short(const char* kind);
[[noreturn]] void damaged(const char* kind, const std::string& reason);

// uint8 [height, width, 3], uninitialised. Refuses empty pictures and those of more than
// 178,956,970 pixels, at which Pillow suspects a decompression bomb: a small file that fills the
// memory.
at::Tensor new_picture(std::int64_t width, std::int64_t height);

at::Tensor decode_jpeg(std::string_view bytes);
at::Tensor decode_png(std::string_view bytes);
at::Tensor decode_gif(std::string_view bytes);  // the first frame
at::Tensor decode_bmp(std::string_view bytes);
at::Tensor decode_webp(std::string_view bytes);
at::Tensor decode_tiff(std::string_view bytes);  // 8 bits a channel, RGB, grey or palette

}  // namespace lacuna::pictures
