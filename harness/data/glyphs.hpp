// A small bitmap font for the words under pictures: the host has no graphics library.
#pragma once

namespace lacuna {

inline constexpr int kGlyphWidth = 5, kGlyphHeight = 8;

// Whether a pixel of a printable ASCII character is set; anything else is drawn as '?'.
bool glyph_pixel(char character, int x, int y);

}  // namespace lacuna
