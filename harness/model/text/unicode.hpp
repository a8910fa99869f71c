// Unicode as the reference tokenizer's Python sees it, whichever version the machine's utf8proc
// has.
#pragma once

#include <string>
#include <string_view>

namespace lacuna::text {

using Text = std::u32string;  // code points

// How long the sequence of UTF-8 is with which `bytes`, at least one, begins, and its value; 0 for
// none.
std::size_t decode_one(std::string_view bytes, char32_t& code_point);
// Code points of UTF-8; every byte that is not part of it becomes U+FFFD. Never throws but for want
// of memory.
Text from_utf8(std::string_view bytes);
// `code_point` (below 0x110000) appended in UTF-8.
void append_utf8(std::string& bytes, char32_t code_point);
std::string to_utf8(std::u32string_view text);

// \p{L}, \p{N} and \s of the `regex` module 2026.11.15: Unicode 18.
bool is_letter(char32_t c);
bool is_number(char32_t c);
bool is_space(char32_t c);

// \w, \d and \s of Python 3.11's `re`: Unicode 14. Its white space includes U+001C to U+001F.
bool is_word_character(char32_t c);
bool is_digit(char32_t c);
bool is_python_space(char32_t c);

// str.lower() of Python 3.11: Unicode 14, with the final sigma and the dotted capital I.
Text lower(const Text& text);
// str.upper() of Python 3.11 for one character without special casing.
char32_t simple_upper(char32_t c);
// unicodedata.normalize("NFC", text) of Python 3.11: Unicode 14.
Text nfc(const Text& text);
// unicodedata.normalize("NFKC", c), for characters of Unicode 14.
Text nfkc(char32_t c);

}  // namespace lacuna::text
