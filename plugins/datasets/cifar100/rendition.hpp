// CIFAR pictures in other styles, by whole-number arithmetic: an out-of-domain twin of the same
// photographs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lacuna::cifar {

// "photo": as it is. "drawing": grey pencil with few tones. "greyscale". "posterised": few levels,
// hues turned.
const std::vector<std::string>& styles();

// `planes`: the R, G and B planes of one record. `rgb`: room for 32 × 32 × 3 bytes, interleaved.
void render(const std::string& style, const std::uint8_t* planes, std::uint8_t* rgb);

}  // namespace lacuna::cifar
