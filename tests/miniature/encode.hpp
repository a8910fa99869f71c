// Pictures as the bytes of JPEG and PNG files.
#pragma once

#include <cstdint>
#include <string>

namespace lacuna::miniature {

// `pixels`: row by row, 1 (grey) or 3 (RGB) bytes each. Quality 90, chroma halved both ways.
std::string encode_jpeg(const std::uint8_t* pixels, int width, int height, int channels,
                        bool progressive);

// `pixels`: row by row, 3 (RGB) or 4 (RGBA) bytes each.
std::string encode_png(const std::uint8_t* pixels, int width, int height, int channels);

}  // namespace lacuna::miniature
