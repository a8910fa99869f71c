// The single-byte encodings that text is wrongly read in, and how its bytes are put right and read
// as UTF-8.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "model/text/unicode.hpp"

namespace lacuna::text {

// In the order in which ftfy tries them: Latin-1, Windows-1252, -1251, -1250, -1253, -1254, -1257,
// ISO-8859-2, MacRoman, code page 437.
inline constexpr std::size_t kCodePages = 10, kLatin1 = 0, kMacRoman = 8;
// Whether U+FFFD stands for byte 1A, a byte that was lost: so for the Windows code pages.
bool is_sloppy(std::size_t page);

// The bytes that `page` reads as `text`; nullopt where it has not all of the characters.
std::optional<std::string> encode(const Text& text, std::size_t page);
// For a control character of Latin-1 (80 to 9F) what Windows-1252 reads in its byte, unless it
// leaves that open; any other character as it is.
char32_t as_windows_1252(char32_t c);

// Spaces that must have been bytes A0 of UTF-8 become those.
std::string restore_spaces(std::string bytes);
// Sequences of UTF-8 that lost a byte become U+FFFD.
std::string replace_lossy(const std::string& bytes);

// Bytes as UTF-8, with two variants of it: surrogate pairs of three bytes each (CESU-8), and C0 80
// for U+0000 (Java's). nullopt where the bytes are not that.
std::optional<Text> decode(const std::string& bytes);

}  // namespace lacuna::text
