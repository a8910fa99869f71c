#include "model/text/unicode.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>

#include "model/text/tables.hpp"

namespace lacuna::text {
namespace {

bool is_in(std::span<const CodePointRange> ranges, char32_t c) {
  const auto after =
      std::upper_bound(ranges.begin(), ranges.end(), c,
                       [](char32_t value, auto& range) { return value < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->last;
}

// Unassigned in Unicode 14: to Python 3.11 it has no case, no class and no decomposition, whatever
// utf8proc knows about it by now.
bool is_new(char32_t c) { return c >= kUnassignedIn14.front().first && is_in(kUnassignedIn14, c); }

utf8proc_category_t category(char32_t c) {
  return is_new(c) ? UTF8PROC_CATEGORY_CN : utf8proc_category(static_cast<utf8proc_int32_t>(c));
}
bool is_letter_category(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}
bool is_number_category(utf8proc_category_t category) {
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool is_surrogate(char32_t c) { return c >= 0xD800 && c <= 0xDFFF; }

// Unicode's Cased, of what is not Case_Ignorable.
bool is_cased(char32_t c) {
  const auto kind = category(c);
  return (kind >= UTF8PROC_CATEGORY_LU && kind <= UTF8PROC_CATEGORY_LT) || c == 0xAA || c == 0xBA ||
         (c >= 0x2160 && c <= 0x217F) || (c >= 0x24B6 && c <= 0x24E9) ||
         (c >= 0x1F130 && c <= 0x1F149) || (c >= 0x1F150 && c <= 0x1F169) ||
         (c >= 0x1F170 && c <= 0x1F189);
}
// Unicode's Case_Ignorable.
bool is_case_ignorable(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return std::u32string_view(
                 U"'.:\u00B7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52"
                 U"\uFE55\uFF07\uFF0E\uFF1A")
                 .find(c) != std::u32string_view::npos;
  }
}

// A capital sigma that ends a word has a lower case of its own.
bool is_final_sigma(const Text& text, std::size_t at) {
  auto before = at;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  auto after = at + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

void append_normal(Text& out, std::u32string_view text, int options) {
  const auto bytes = to_utf8(text);
  utf8proc_uint8_t* composed = nullptr;
  const auto size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                   static_cast<utf8proc_ssize_t>(bytes.size()), &composed,
                   static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE | options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(composed, std::free);
  if (size < 0) throw std::bad_alloc();  // the one way it fails on valid UTF-8
  out += from_utf8({reinterpret_cast<const char*>(composed), static_cast<std::size_t>(size)});
}

}  // namespace

std::size_t decode_one(std::string_view bytes, char32_t& code_point) {
  utf8proc_int32_t value = 0;
  const auto used = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                                     static_cast<utf8proc_ssize_t>(bytes.size()), &value);
  if (used <= 0) return 0;
  code_point = static_cast<char32_t>(value);
  return static_cast<std::size_t>(used);
}

Text from_utf8(std::string_view bytes) {
  Text out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    char32_t c = 0xFFFD;
    const auto size = decode_one(bytes, c);
    out.push_back(c);
    bytes.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

void append_utf8(std::string& bytes, char32_t code_point) {
  std::array<utf8proc_uint8_t, 4> units{};
  const auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), units.data());
  bytes.append(reinterpret_cast<const char*>(units.data()), static_cast<std::size_t>(size));
}

std::string to_utf8(std::u32string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (const auto c : text) append_utf8(bytes, c);
  return bytes;
}

bool is_letter(char32_t c) {
  return is_new(c) ? is_in(kNewLetters, c) : is_letter_category(category(c));
}
bool is_number(char32_t c) {
  return is_new(c) ? is_in(kNewNumbers, c) : is_number_category(category(c));
}
bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_word_character(char32_t c) {
  const auto kind = category(c);
  return c == '_' || is_letter_category(kind) || is_number_category(kind);
}
bool is_digit(char32_t c) { return category(c) == UTF8PROC_CATEGORY_ND; }
bool is_python_space(char32_t c) { return is_space(c) || (c >= 0x1C && c <= 0x1F); }

Text lower(const Text& text) {
  Text out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = text[at];
    if (c < 0x80)
      out.push_back(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    else if (c == 0x130)  // the one letter whose lower case is two code points
      out += U"i\u0307";
    else if (c == 0x3A3)
      out.push_back(is_final_sigma(text, at) ? 0x3C2 : 0x3C3);
    else
      out.push_back(
          is_new(c) ? c
                    : static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c))));
  }
  return out;
}

char32_t simple_upper(char32_t c) {
  return is_new(c) ? c : static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(c)));
}

Text nfc(const Text& text) {
  // Below the combining marks nothing composes.
  if (std::all_of(text.begin(), text.end(), [](char32_t c) { return c < 0x300; })) return text;
  Text out;
  const auto stays = [](char32_t c) { return is_new(c) || is_surrogate(c); };
  for (auto at = text.begin(); at != text.end();) {
    const auto end = std::find_if(at, text.end(), stays);
    append_normal(out, {at, end}, 0);
    at = end;
    while (at != text.end() && stays(*at)) out.push_back(*at++);
  }
  return out;
}

Text nfkc(char32_t c) {
  Text out;
  append_normal(out, {&c, 1}, UTF8PROC_COMPAT);
  return out;
}

}  // namespace lacuna::text
