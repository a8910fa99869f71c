// A generated picture, as the bytes of a file.
#pragma once

#include <cstdint>
#include <string>

#include "miniature/miniature.hpp"

namespace lacuna::miniature {

// [any thread]
std::string draw(std::uint64_t look, std::uint64_t index, std::uint64_t seed, int width, int height,
                 Mode mode);

}  // namespace lacuna::miniature
